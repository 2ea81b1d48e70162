// manifest-file.ts: reads a manifest in Solo5's JSON form and names every mistake with its path.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { MFT_MAX_ENTRIES, MFT_NAME_SIZE, MFT_VERSION } from "../abi/manifest.js";
import { MayflyError } from "../errors.js";

// One entry is the reserved first one; a name ends with a zero byte.
const DEVICES_MAX = MFT_MAX_ENTRIES - 1;
const NAME_MAX = MFT_NAME_SIZE - 1;

const Device = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9]+$/, "expected letters and digits only")
    .max(NAME_MAX),
  type: z.enum(["BLOCK_BASIC", "NET_BASIC"]),
});

const ManifestFile = z.strictObject({
  type: z.literal("solo5.manifest"),
  version: z.literal(MFT_VERSION),
  devices: z
    .array(Device)
    .max(DEVICES_MAX)
    .superRefine((devices, context) => {
      const seen = new Set<string>();
      devices.forEach(({ name }, index) => {
        if (seen.has(name))
          context.addIssue({
            code: "custom",
            path: [index, "name"],
            message: `"${name}" was declared before`,
          });
        seen.add(name);
      });
    }),
});

/** A device that a manifest declares. */
export type DeclaredDevice = z.infer<typeof Device>;

/**
 * Reads a manifest file.
 *
 * @param path a JSON file: `{"type":"solo5.manifest","version":1,"devices":[{"name":"storage","type":"BLOCK_BASIC"}]}`
 * @returns the devices in the file's order
 * @throws MayflyError CONFIG_INVALID with every mistake and its path
 */
export async function readManifestFile(path: string): Promise<readonly DeclaredDevice[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "an error";
    throw new MayflyError("CONFIG_INVALID", `reading manifest ${path}: got ${code}, expected a JSON file`, {
      cause,
    });
  }
  return parseManifest(text, path);
}

/** Checks the text of a manifest; `name` stands in messages. Errors as in `readManifestFile`. */
export function parseManifest(text: string, name: string): readonly DeclaredDevice[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MayflyError("CONFIG_INVALID", `manifest ${name}: not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const parsed = ManifestFile.safeParse(json);
  if (parsed.success) return parsed.data.devices;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${spell(path)}: ${message}`);
  throw new MayflyError("CONFIG_INVALID", `manifest ${name}: ${mistakes.join("; ")}`, {
    mend: 'a manifest reads {"type":"solo5.manifest","version":1,"devices":[{"name":"storage","type":"BLOCK_BASIC"}]}',
  });
}

/** `devices[0].name` */
function spell(path: readonly PropertyKey[]): string {
  const spelled = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return spelled === "" ? "(root)" : spelled.replace(/^\./, "");
}
