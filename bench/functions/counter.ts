// counter.ts: a handler that counts its calls in a global: in fresh state it answers 1, always.

let calls = 0;

export default {
  fetch(): Response {
    calls++;
    return new Response(String(calls));
  },
};
