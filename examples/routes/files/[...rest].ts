// [...rest].ts: answers "/files/" and all that is below it.
import type { Handler } from "mayfly/handler";

export default {
  fetch(_request, _env, { params }) {
    const names = (params.rest ?? "").split("/");
    return new Response(`${names.length} names, the last one ${names.at(-1)}\n`);
  },
} satisfies Handler;
