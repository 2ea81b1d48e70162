// failing.ts: a handler under load that fails as the first part of its path says.
interface Context {
  readonly params: Readonly<Record<string, string>>;
}

export default {
  async fetch(request: Request, _env: unknown, { params }: Context): Promise<Response> {
    const nonce = params.nonce!;
    switch (new URL(request.url).pathname.split("/")[1]) {
      case "throws":
        console.log(nonce);
        throw new RangeError(nonce);
      case "loops":
        for (;;);
      case "waits":
        setInterval(() => {}, 50);
        return new Promise(() => {});
      case "unsettled":
        return new Promise(() => {});
      case "hogs": {
        const all: Uint8Array[] = [];
        for (;;) all.push(new Uint8Array(64 * 1024).fill(1));
      }
      default:
        return new Response(endsEarly(nonce));
    }
  },
};

/** A body that fails after its first piece. */
function endsEarly(nonce: string): ReadableStream<Uint8Array> {
  let pieces = 0;
  return new ReadableStream({
    async pull(controller) {
      if (pieces++ > 0) throw new Error("enough");
      controller.enqueue(new TextEncoder().encode(`${nonce}\n`));
      await new Promise((done) => setTimeout(done, 5));
    },
  });
}
