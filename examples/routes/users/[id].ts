// [id].ts: answers "/users/…": the parameter is what stands there.
import type { Handler } from "mayfly/handler";

export default {
  fetch(_request, _env, { params }) {
    return Response.json({ user: params.id });
  },
} satisfies Handler;
