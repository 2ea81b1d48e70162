// [...rest].ts: answers "/files/" and all that is below it.
interface Context {
  readonly params: { readonly rest: string };
}

export default {
  fetch(_request: Request, _env: unknown, { params }: Context): Response {
    const names = params.rest.split("/");
    return new Response(`${names.length} names, the last one ${names.at(-1)}\n`);
  },
};
