// [id].ts: answers "/users/…": the parameter is what stands there.
interface Context {
  readonly params: { readonly id: string };
}

export default {
  fetch(_request: Request, _env: unknown, { params }: Context): Response {
    return Response.json({ user: params.id });
  },
};
