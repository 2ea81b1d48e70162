// host.ts: the process machine on this host: checks that the kernel allows it, and makes machines. For one thread.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MayflyError } from "../../errors.js";
import type { AddressSpace } from "../address-space.js";
import type { MachineHost } from "../machine.js";
import { Constants } from "./constants.js";
import { Nursery } from "./nursery.js";
import { ProcessMachine } from "./process-machine.js";
import { SharedMemoryPool } from "./shared-memory.js";
import { measureTscHz, timeStampSpace } from "./time-stamp.js";

/** Built with the guests; this file runs as dist/src/machine/process/host.js. */
const VESSEL = fileURLToPath(new URL("../../../../build/vessel", import.meta.url));

export class ProcessHost implements MachineHost {
  readonly kind = "process";
  readonly tscHz: number;
  readonly memory = new SharedMemoryPool();
  readonly constants = new Constants();
  readonly nursery = new Nursery(VESSEL);

  private constructor() {
    let trial: ProcessMachine | undefined;
    try {
      trial = new ProcessMachine(this, timeStampSpace);
      this.tscHz = measureTscHz(trial);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      void trial?.close();
    }
  }

  /**
   * Starts one process for a trial, and measures the time-stamp counter with it.
   *
   * @throws MayflyError MACHINE_UNAVAILABLE with the mend
   */
  static open(): ProcessHost {
    if (!existsSync(VESSEL))
      throw new MayflyError("MACHINE_UNAVAILABLE", `the guest's process was not built: no ${VESSEL}`, {
        mend: "npm run setup",
      });
    return new ProcessHost();
  }

  create(space: AddressSpace): ProcessMachine {
    return new ProcessMachine(this, space);
  }

  close(): void {
    this.nursery.close();
    this.memory.close();
    this.constants.close();
  }
}
