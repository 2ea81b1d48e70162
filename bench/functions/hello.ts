// hello.ts: a handler that does next to nothing: what is left is the price of the call.

export default {
  fetch(): Response {
    return new Response("Hello, world!\n");
  },
};
