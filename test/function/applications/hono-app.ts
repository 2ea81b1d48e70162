// hono-app.ts: a Hono application as its users write it. Built by applications.test.ts.
import { zValidator } from "@hono/zod-validator";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { logger } from "hono/logger";
import { prettyJSON } from "hono/pretty-json";
import { streamText } from "hono/streaming";
import { timing } from "hono/timing";
import { z } from "zod";

const app = new Hono();

app.use(logger());
app.use("/api/*", cors({ origin: "https://example.com", allowMethods: ["GET", "POST"] }));
app.use("/api/*", prettyJSON());
app.use("/tagged", etag());
app.use("/timed", timing());

app.get("/", (c) => c.text("Hello Hono!"));
app.get("/api/books/:id{[0-9]+}", (c) => c.json({ id: c.req.param("id"), query: c.req.query("q") ?? null }));
app.get("/html", (c) => c.html("<p>hi</p>"));
app.get("/old", (c) => c.redirect("/new", 301));
app.get("/tagged", (c) => c.text("tagged"));
app.get("/timed", (c) => c.text("timed"));
app.get("/cookie", (c) => {
  const visits = Number(getCookie(c, "visits") ?? 0) + 1;
  setCookie(c, "visits", String(visits), { httpOnly: true, path: "/" });
  setCookie(c, "other", "a b");
  return c.text(`visit ${visits}`);
});
app.post(
  "/api/books",
  zValidator("json", z.object({ title: z.string().min(2), year: z.number().int() })),
  (c) => {
    const book = c.req.valid("json");
    return c.json({ ok: true, title: book.title.toUpperCase(), next: book.year + 1 }, 201);
  },
);
app.post("/form", async (c) => {
  const body = await c.req.parseBody();
  const file = body.file;
  return c.json({
    name: body.name,
    file: file instanceof File ? [file.name, file.size, await file.text()] : null,
  });
});
app.get("/stream", (c) =>
  streamText(c, async (stream) => {
    for (let i = 0; i < 3; i++) {
      await stream.writeln(`line ${i}`);
      await stream.sleep(1);
    }
  }),
);
app.get("/secret", () => {
  throw new HTTPException(401, { message: "no entry" });
});
app.get("/broken", () => {
  throw new Error("broken");
});
app.notFound((c) => c.text("nothing here", 404));
app.onError((error, c) =>
  error instanceof HTTPException ? error.getResponse() : c.json({ error: error.message }, 500),
);

export default app;
