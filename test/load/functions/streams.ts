// streams.ts: a handler under load that carries large bodies: down, each line its request's nonce, and up, counted and summed.
let held = "";
const PIECE_LINES = 4096;

interface Context {
  readonly params: Readonly<Record<string, string>>;
}

export default {
  async fetch(request: Request, _env: unknown, { params }: Context): Promise<Response> {
    held = params.nonce!;
    if (request.method === "POST") return new Response(await summary(request.body));
    const pieces = Number(new URL(request.url).searchParams.get("pieces"));
    return new Response(lines(pieces), { headers: { "x-nonce": held } });
  },
};

function lines(count: number): ReadableStream<Uint8Array> {
  const piece = new TextEncoder().encode(`${held}\n`.repeat(PIECE_LINES));
  let left = count;
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(piece.slice());
      else controller.close();
    },
  });
}

/** Not every byte: the engine interprets. */
async function summary(body: ReadableStream<Uint8Array> | null): Promise<string> {
  let bytes = 0;
  let sum = 0;
  for await (const piece of body ?? []) {
    for (let at = (1021 - (bytes % 1021)) % 1021; at < piece.length; at += 1021)
      sum = (sum * 31 + piece[at]!) % 1_000_003;
    bytes += piece.length;
  }
  return `${held} ${bytes} ${sum}`;
}
