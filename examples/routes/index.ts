// index.ts: answers "/".
export default {
  fetch(): Response {
    return new Response("Try /users/42 and /files/a/b.txt\n");
  },
};
