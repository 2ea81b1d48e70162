// machine-option.ts: `--machine`: what virtual machines run on, the same for every command that makes any.
import { Option } from "commander";
import type { Monitor } from "../monitor/monitor.js";

/** The option, to be added to a command; its value is a MachineChoice. */
export function machineOption(): Option {
  return new Option("--machine <kind>", "what to run on: KVM, a process without system calls, or the better")
    .choices(["kvm", "process", "auto"])
    .default("auto");
}

/** One line when "auto" had to do without KVM, else undefined. */
export function machineNotice({
  machine,
  machineReason,
}: Pick<Monitor, "machine" | "machineReason">): string | undefined {
  return machineReason === undefined ? undefined : `without KVM, on the ${machine} machine: ${machineReason}`;
}
