// bpf-run.fixture.ts: interprets a filter as the kernel would, for tests: what does it answer to this call?
import { AND, type Instruction, JUMP_ANY_BIT, JUMP_AT_LEAST, JUMP_EQUAL, LOAD, RETURN } from "./bpf.js";

export interface Call {
  readonly number: number;
  readonly architecture: number;
  readonly arguments?: readonly bigint[];
}

/** The action; throws where the kernel's checker would have refused the program. */
export function runFilter(program: readonly Instruction[], call: Call): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.architecture, true);
  call.arguments?.forEach((value, i) => {
    data.setBigUint64(16 + 8 * i, value, true);
  });
  let word = 0;
  for (let at = 0; at < program.length; at++) {
    const { code, jt, jf, k } = program[at]!;
    if (jt > 255 || jf > 255) throw new Error(`instruction ${at}: got a jump of ${Math.max(jt, jf)}`);
    switch (code) {
      case LOAD:
        if (k % 4 !== 0) throw new Error(`instruction ${at}: got an offset of ${k}`);
        word = data.getUint32(k, true);
        break;
      case AND:
        word = (word & k) >>> 0;
        break;
      case JUMP_EQUAL:
        at += word === k >>> 0 ? jt : jf;
        break;
      case JUMP_AT_LEAST:
        at += word >= k >>> 0 ? jt : jf;
        break;
      case JUMP_ANY_BIT:
        at += (word & k) !== 0 ? jt : jf;
        break;
      case RETURN:
        return k >>> 0;
      default:
        throw new Error(`instruction ${at}: got the code ${code}`);
    }
  }
  throw new Error("the program ran off its end");
}
