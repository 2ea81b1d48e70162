// compress-app.ts: a Hono application that compresses its responses. Built by applications.test.ts.
import { Hono } from "hono";
import { compress } from "hono/compress";

const app = new Hono();

app.use(compress());
app.get("/long", (c) => c.text("a line of text\n".repeat(1000)));

export default app;
