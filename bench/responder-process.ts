// responder-process.ts: a server that does nothing but HTTP: what client, kernel and node:http cost by themselves.
// For each line on stdin it prints its port.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { HELLO_ANSWER } from "./hello-calls.js";

const head = ["content-type", "text/plain;charset=UTF-8", "content-length", String(HELLO_ANSWER.length)];
const server = createServer((_, response) => void response.writeHead(200, head).end(HELLO_ANSWER));
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
for await (const _ of createInterface({ input: process.stdin })) process.stdout.write(`${port}\n`);
process.exit();
