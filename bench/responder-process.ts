// responder-process.ts: `responder-process [MACHINE IMAGE]`: a server that does nothing but HTTP: what client, kernel and node:http cost by themselves;
// with an image, what the shortest server costs that calls a function. For each line on stdin it prints its port.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { Function as FetchFunction } from "../src/index.js";
import type { MachineKind } from "../src/machine/machine.js";
import { HELLO_ANSWER } from "./hello-calls.js";

const head = (body: string): string[] => [
  ...["content-type", "text/plain;charset=UTF-8"],
  ...["content-length", String(body.length)],
];

async function answerer([machine, image]: string[]): Promise<RequestListener> {
  if (image === undefined)
    return (_, response) => void response.writeHead(200, head(HELLO_ANSWER)).end(HELLO_ANSWER);
  const fn = await FetchFunction.load(image, { machine: machine as MachineKind });
  return async (request, response) => {
    const answer = await fn.fetch(`http://${request.headers.host}${request.url}`);
    const body = await answer.text();
    response.writeHead(answer.status, head(body)).end(body);
  };
}

const server = createServer(await answerer(process.argv.slice(2)));
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
for await (const _ of createInterface({ input: process.stdin })) process.stdout.write(`${port}\n`);
process.exit();
