// zod-app.ts: checks JSON by a zod schema. Built by applications.test.ts.
import { z } from "zod";

const Order = z.object({
  id: z.uuid(),
  email: z.email(),
  at: z.iso.datetime().transform((text) => new Date(text).getTime()),
  items: z
    .array(z.object({ name: z.string().trim().min(1), price: z.coerce.number().positive() }))
    .nonempty(),
  kind: z.discriminatedUnion("type", [
    z.object({ type: z.literal("gift"), note: z.string().optional() }),
    z.object({ type: z.literal("sale"), code: z.string().regex(/^[A-Z]{3}\d+$/) }),
  ]),
});

export default {
  async fetch(request: Request): Promise<Response> {
    const result = Order.safeParse(await request.json());
    if (result.success) return Response.json(result.data);
    return Response.json(z.flattenError(result.error), { status: 422 });
  },
};
