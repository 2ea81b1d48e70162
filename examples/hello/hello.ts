// hello.ts: says hello, from a virtual machine whose state no other request has used.
let greetings = 0;

export default {
  fetch(request: Request): Response {
    const name = new URL(request.url).searchParams.get("name") ?? "world";
    greetings++;
    return new Response(`Hello, ${name}! You are visitor number ${greetings} of this virtual machine.\n`);
  },
};
