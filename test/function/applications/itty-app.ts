// itty-app.ts: an itty-router application as its users write it. Built by applications.test.ts.
import { AutoRouter, cors, error, json } from "itty-router";

const { preflight, corsify } = cors({ origin: "https://example.com" });

const router = AutoRouter({ before: [preflight], finally: [corsify] });

router
  .get("/hello/:name", ({ name }) => `Hello, ${name}!`)
  .get("/query", ({ query }) => ({ query }))
  .post("/sum", async (request) => {
    const numbers = (await request.json()) as number[];
    return json({ sum: numbers.reduce((sum, each) => sum + each, 0) });
  })
  .get("/teapot", () => error(418, "short and stout"));

export default router;
