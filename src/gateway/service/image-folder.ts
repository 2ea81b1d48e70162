// image-folder.ts: a folder for the images of one configuration, locked while its process lives; what dead ones left behind goes.
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { MayflyError } from "../../errors.js";
import { tryLock } from "../../linux/file-lock.js";

/** Between its making and its lock a folder looks as if nobody had it, ms. */
const YOUNG_MS = 60_000;

export interface ImageFolder {
  readonly path: string;
  /** Takes it away with all that is in it. */
  remove(): Promise<void>;
}

/**
 * @param parent where all such folders lie
 * @throws MayflyError BUILD_FAILED when there can be none
 */
export async function openImageFolder(parent: string): Promise<ImageFolder> {
  const path = await makeFolder(parent);
  const lock = tryLock(path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      lock?.close();
    },
  };
}

async function makeFolder(parent: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
    await removeAbandoned(parent);
    return await mkdtemp(join(parent, "config-"));
  } catch (cause) {
    throw new MayflyError(
      "BUILD_FAILED",
      `no place for images in ${parent}: ${(cause as NodeJS.ErrnoException).code}`,
      {
        cause,
        mend: "XDG_CACHE_HOME=DIR, a folder that this user may write to; or build images before, and serve those",
      },
    );
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    try {
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs < YOUNG_MS) continue;
      const lock = tryLock(path);
      if (lock === undefined) continue;
      await rm(path, { recursive: true, force: true });
      lock.close();
    } catch {
      // Another process was faster, or it is another user's: it is in nobody's way.
    }
  }
}
