// device-access.ts: who may open /dev/kvm, and the command that lets this user.
import { accessSync, constants, readFileSync, statSync } from "node:fs";

const DEVICE = "/dev/kvm";

export interface DeviceGroup {
  /** Its name, or its number where it has none. */
  readonly name: string;
  readonly isRoot: boolean;
  /** Whether those in it may read and write the device. */
  readonly mayUse: boolean;
  /** Whether this process is in it. */
  readonly isOurs: boolean;
}

/** The group that the device belongs to; undefined when there is no device. */
export function deviceGroup(): DeviceGroup | undefined {
  const stats = statSync(DEVICE, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const { gid, mode } = stats;
  const isOurs = process.getgroups?.().includes(gid) === true || process.getegid?.() === gid;
  return { name: groupName(gid), isRoot: gid === 0, mayUse: (mode & 0o060) === 0o060, isOurs };
}

/** What lets a user in who may not open it. */
export function accessMend({ name, isRoot, mayUse, isOurs }: DeviceGroup): string {
  const joinGroup = (group: string): string => `sudo usermod -aG ${group} $USER, then log in again`;
  if (!mayUse || isRoot)
    return `give it to a group of its own: sudo chgrp kvm ${DEVICE} && sudo chmod 660 ${DEVICE}, and join that: ${joinGroup("kvm")}`;
  if (isOurs)
    return `this user is in its group: a container's device rules or a security module forbid it (docker: --device ${DEVICE})`;
  return `join the group that owns it: ${joinGroup(name)}`;
}

/** What to do for KVM where a machine without it was chosen. */
export function kvmMend(): string {
  const group = deviceGroup();
  if (group === undefined || mayOpen())
    return "take KVM, and let mayfly doctor tell what it lacks here if it does not work";
  return `${DEVICE}: ${accessMend(group)}`;
}

function mayOpen(): boolean {
  try {
    accessSync(DEVICE, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function groupName(gid: number): string {
  try {
    const line = readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((each) => each.split(":")[2] === String(gid));
    return line?.split(":", 1)[0] ?? String(gid);
  } catch {
    return String(gid);
  }
}
