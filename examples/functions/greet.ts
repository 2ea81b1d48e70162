// greet.ts: greets whoever is named in the request's JSON: curl --data '{"name":"Ephemera"}' …
export default {
  async fetch(request: Request): Promise<Response> {
    const { name } = (await request.json()) as { name: string };
    return Response.json({ hello: name });
  },
};
