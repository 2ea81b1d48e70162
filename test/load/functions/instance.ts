// instance.ts: a handler under load whose state stays: which VM it is, how many calls that had, and how many it has at once.
let vm: string | undefined;
let held = "";
let calls = 0;
let atOnce = 0;

interface Context {
  readonly params: Readonly<Record<string, string>>;
}

export default {
  async fetch(request: Request, _env: unknown, { params }: Context): Promise<Response> {
    // Not before: modules are evaluated once for all VMs.
    vm ??= crypto.randomUUID();
    held = params.nonce!;
    const call = ++calls;
    atOnce++;
    await new Promise((done) => setTimeout(done, Number(new URL(request.url).searchParams.get("wait") ?? 0)));
    const answer = `${held} ${vm} ${call} ${atOnce}`;
    atOnce--;
    return new Response(answer);
  },
};
