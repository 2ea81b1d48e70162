// modules.test.ts: what modules depend on and the order they load in, from a made-up kernel package.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { dependencies, loadOrder } from "./modules.js";
import { Unavailable } from "./unavailable.js";

function kernelPackage(context: TestContext, modules: Record<string, string>, builtIn = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-modules-"));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "kernel"));
  for (const [file, needs] of Object.entries(modules)) {
    writeFileSync(join(folder, "kernel", file), `ELF\0license=GPL\0depends=${needs}\0name=x\0`);
  }
  writeFileSync(join(folder, "modules.builtin"), builtIn);
  return folder;
}

const names = (folder: string, wanted: string[]): string[] =>
  loadOrder(folder, wanted).map(({ name }) => name);

test("dependencies reads the names between the zero bytes, and none from a module without the string", () => {
  assert.deepEqual(dependencies(Buffer.from("\0depends=irqbypass,virtio-ring\0retpoline=Y\0")), [
    "irqbypass",
    "virtio_ring",
  ]);
  assert.deepEqual(dependencies(Buffer.from("\0depends=\0")), []);
  assert.deepEqual(dependencies(Buffer.from("ELF")), []);
});

test("loadOrder puts what a module needs before it, each once", (context) => {
  const folder = kernelPackage(context, {
    "kvm-amd.ko": "kvm,ccp",
    "kvm.ko": "irqbypass",
    "irqbypass.ko": "",
    "ccp.ko": "",
    "other.ko": "kvm",
  });
  assert.deepEqual(names(folder, ["kvm-amd", "other"]), ["irqbypass", "kvm", "ccp", "kvm_amd", "other"]);
});

test("loadOrder leaves out what is built into the kernel", (context) => {
  const folder = kernelPackage(context, { "virtio_pci.ko": "virtio" }, "kernel/drivers/virtio/virtio.ko\n");
  assert.deepEqual(names(folder, ["virtio_pci"]), ["virtio_pci"]);
});

test("loadOrder names the module that the kernel package lacks", (context) => {
  const folder = kernelPackage(context, { "kvm.ko": "irqbypass" });
  assert.throws(
    () => loadOrder(folder, ["kvm"]),
    (error) => error instanceof Unavailable && /got no module irqbypass in /.test(error.message),
  );
});
