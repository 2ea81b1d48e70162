// listen-error.ts: why an address cannot be listened at, in words, with the mend. No I/O.
import { MayflyError } from "../../errors.js";

/** Which server of a configuration's: the field that it stands in. */
export type ListenerName = "listen" | "admin";

interface Where {
  readonly host: string;
  readonly port: number;
  readonly name?: ListenerName;
}

/** What says otherwise. */
const SETTINGS = {
  listen: { host: "--host 127.0.0.1", port: "--port" },
  admin: { host: "admin.host in the configuration", port: "--admin-port" },
};

/** Below this one, ports are for those who may bind them. */
const FIRST_FREE_PORT = 1024;

/** @param code of the system: "EADDRINUSE" */
export function listenError(
  error: unknown,
  code: string | undefined,
  { host, port, name = "listen" }: Where,
): MayflyError {
  const setting = SETTINGS[name];
  const mistake = (message: string, mend: string): MayflyError =>
    new MayflyError("OPTION_INVALID", `${name}: ${message}`, { cause: error, mend });
  switch (code) {
    case "EADDRINUSE":
      return new MayflyError("ADDRESS_IN_USE", `${name}: another program has port ${port} of ${host}`, {
        cause: error,
        mend: `end that program (ss -ltnp shows it), or take another port: ${setting.port} ${port < 65535 ? port + 1 : 8080}`,
      });
    case "EACCES":
      return port < FIRST_FREE_PORT
        ? mistake(
            `this user may not listen at port ${port} (EACCES)`,
            `ports below ${FIRST_FREE_PORT} need CAP_NET_BIND_SERVICE (docs/operations.md has it for systemd): give it that, or take another port: ${setting.port} 8080`,
          )
        : mistake(
            `this user may not listen at port ${port} of ${host} (EACCES)`,
            `a security module forbids it: change its rules, or take another port: ${setting.port} 8080`,
          );
    case "EADDRNOTAVAIL":
      return mistake(
        `${host} is no address of this host (EADDRNOTAVAIL)`,
        `take one that "ip address" shows, or "0.0.0.0" for all of them: ${setting.host}`,
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return mistake(
        `no address is known for the name ${JSON.stringify(host)} (${code})`,
        `look whether it is spelt rightly, or give an address: ${setting.host}`,
      );
    default:
      return mistake(
        `got ${host} port ${port}, expected an address of this host and a port that you may use (${code})`,
        `give another address or port: ${setting.host}, ${setting.port} 8080`,
      );
  }
}
