// wasm-constant.ts: works out what a module computes before its first instruction. It runs none of the rest.
import { unlinkable, WasmReader } from "./wasm-bytes.js";

/**
 * Works out a constant expression, or a shared library's start function: that adds where the library lies to some of its globals, and
 * clears memory that is clear.
 *
 * @param globals what is known of them; what the code assigns is put here
 * @returns what is left on the stack
 * @throws MayflyError BUILD_FAILED naming an opcode that is not understood
 */
export function workOut(code: Uint8Array, globals: (number | undefined)[]): number | undefined {
  const reader = new WasmReader(code);
  const stack: number[] = [];
  const pop = (): number => {
    const value = stack.pop();
    if (value === undefined) throw unlinkable("a constant without a value");
    return value;
  };
  for (;;) {
    const opcode = reader.byte();
    if (opcode === 0x0b) return stack.pop();
    else if (opcode === 0x41) stack.push(reader.signed() >>> 0);
    else if (opcode === 0x6a) stack.push((pop() + pop()) >>> 0);
    else if (opcode === 0x23) {
      const index = reader.unsigned();
      const value = globals[index];
      if (value === undefined) throw unlinkable(`a constant that depends on global ${index}`);
      stack.push(value);
    } else if (opcode === 0x24) globals[reader.unsigned()] = pop();
    else if (opcode === 0xfc && reader.unsigned() === 11 && reader.byte() === 0) {
      const [, byte] = [pop(), pop(), pop()];
      if (byte !== 0) throw unlinkable(`a start function that fills memory with ${byte}`);
    } else throw unlinkable(`opcode ${opcode} in a constant or a start function`);
  }
}
