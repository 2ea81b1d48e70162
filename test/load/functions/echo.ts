// echo.ts: a handler under load that tells what it finds in its global scope: its own request's nonce, and nobody's before.
let held: string | undefined;
let calls = 0;

interface Context {
  readonly params: Readonly<Record<string, string>>;
}

export default {
  async fetch(request: Request, _env: unknown, { params }: Context): Promise<Response> {
    const before = held;
    held = params.nonce!;
    calls++;
    const { searchParams } = new URL(request.url);
    if (searchParams.has("say")) console.log(held);
    const text = await request.text();
    const waitMs = Number(searchParams.get("wait") ?? 0);
    if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs));
    return new Response(`${held} ${before} ${calls}\n${text}`, { headers: { "x-nonce": held } });
  },
};
