// hello.ts: says hello, from a virtual machine whose state no other request has used.
let visitors = 0;

export default {
  fetch(request: Request): Response {
    const name = new URL(request.url).searchParams.get("name") ?? "world";
    visitors++;
    return new Response(`Hello, ${name}! Visitors of this virtual machine so far: ${visitors}\n`);
  },
};
