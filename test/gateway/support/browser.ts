// browser.ts: headless Chromium for tests of pages: Debian's, installed where root and apt allow, with a profile of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { install, isInstalled } from "../../svm/apt.js";

const PROGRAM = "/usr/bin/chromium";

/** Why there is no browser here, or false. Installs it where that can be done. */
export function whyNoBrowser(): string | false {
  if (isInstalled(PROGRAM)) return false;
  try {
    install("chromium");
  } catch (error) {
    return `no Chromium: ${(error as Error).message}`;
  }
  return isInstalled(PROGRAM) ? false : `no Chromium: got no ${PROGRAM} from the package chromium`;
}

/** Opens a browser that asks nobody on its own; it and its profile go when `body` is over. */
export async function withBrowser(body: (browser: BrowserContext) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "mayfly-browser-"));
  try {
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath: PROGRAM,
      headless: true,
      chromiumSandbox: false,
      viewport: { width: 1280, height: 760 },
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    try {
      await body(browser);
    } finally {
      await browser.close();
    }
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
