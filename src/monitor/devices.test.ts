// devices.test.ts: the attached devices must be those of the manifest: all, with their types, and no other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage } from "../../test/support/image-builder.js";
import { blockMemory } from "../device/block-memory.js";
import { discardOutput } from "../device/console-sinks.js";
import { ignoreHostFailure } from "../device/host-failure.js";
import { createNetPair } from "../device/net-memory.js";
import { parseImage } from "../image/image.js";
import { type Attachments, assembleDevices } from "./devices.js";
import { prepareImage } from "./prepare.js";

type Declared = NonNullable<Parameters<typeof buildImage>[0]>["devices"];

function assemble(declared: Declared, attachments: Attachments) {
  const image = parseImage(buildImage({ devices: declared ?? [] }), "app.img");
  return assembleDevices(prepareImage(image, 16 << 20), {
    attachments,
    console: discardOutput,
    onHostFailure: ignoreHostFailure,
    offersExchange: false,
    outbound: undefined,
  });
}

test("devices are attached by name, in the manifest's order, with what the guest learns of them", () => {
  const [net] = createNetPair({ mac: "02:00:00:00:00:01", mtu: 1400 });
  const devices = assemble(
    [
      { name: "disk", type: "block" },
      { name: "service", type: "net" },
    ],
    { service: net, disk: blockMemory(8192, { sectorSize: 4096 }) },
  );
  assert.deepEqual(devices.attached, [
    { name: "disk", type: "block", handle: 1, capacity: 8192, blockSize: 4096 },
    { name: "service", type: "net", handle: 2, mac: net.mac, mtu: 1400 },
  ]);
  devices.close();
});

test("a declared device that is not attached is missing", () => {
  assert.throws(() => assemble([{ name: "disk", type: "block" }], {}), {
    code: "DEVICE_MISSING",
    message: 'app.img declares the block device "disk", and nothing is attached to it',
  });
});

test("a declared device that is named like something every object has is missing, too", () => {
  for (const name of ["constructor", "toString"])
    assert.throws(() => assemble([{ name, type: "net" }], {}), { code: "DEVICE_MISSING" });
});

test("an attached device that is not declared is unknown", () => {
  assert.throws(() => assemble([{ name: "disk", type: "block" }], { disc: blockMemory(512) }), {
    code: "DEVICE_UNKNOWN",
    message: /"disc" \(it declares: disk\)/,
  });
});

test("a device of the other kind does not fit", () => {
  const [net] = createNetPair();
  assert.throws(() => assemble([{ name: "disk", type: "block" }], { disk: net }), {
    code: "DEVICE_INVALID",
    message: /got a net back-end, expected a block back-end/,
  });
});
