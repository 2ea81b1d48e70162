// dashboard.test.ts: the dashboard in headless Chromium, in front of real functions under load.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { whyNoRuntime } from "../function/support.js";
import { root } from "../support/mayfly.js";
import { machines } from "../vm/support/machines.js";
import { whyNoBrowser, withBrowser } from "./support/browser.js";
import { FUNCTIONS, type FunctionName, ObservedFunctions } from "./support/observed-functions.js";

const [machine] = machines.filter(({ skip }) => !skip);
const HOSTILE: FunctionName = "<img src=x onerror=alert(1)>";

/** Where the page's picture goes; docs/dashboard.png is one of these. */
const SCREENSHOT = join(root, "build", "test", "dashboard.png");

const card = (page: Page, name: string) =>
  page.locator("article", { has: page.getByText(name, { exact: true }) });

/** A test in front of real functions, skipped with its reason where there is no machine, runtime or browser. */
function dashboardTest(
  name: string,
  body: (observed: ObservedFunctions, browser: BrowserContext) => Promise<void>,
  functions?: readonly FunctionName[],
): void {
  const skip = whyNoRuntime || (machine === undefined && "no machine works here") || whyNoBrowser();
  test(name, { skip, timeout: 120_000 }, async (context) => {
    const observed = await ObservedFunctions.start(context, machine!.kind, functions);
    await withBrowser((browser) => body(observed, browser));
  });
}

dashboardTest(
  "the dashboard shows virtual machines appear, run and vanish, to eyes and by keyboard",
  async (observed, browser) => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(observed.url);
    await page.getByRole("status").getByText("live").waitFor();

    // Nobody asked yet: functions, and no VM.
    for (const name of Object.keys(FUNCTIONS))
      await card(page, name).getByText("no virtual machine").waitFor();

    // Load: VMs appear, and answers make a picture. A boot-each VM lives for one request, and is seen.
    const loads = [
      observed.load("hello", "/wait", 9),
      observed.load(HOSTILE, "/", 2),
      observed.load("boot-each", "/", 2),
      observed.load("counter", "/wait", 3),
    ];
    await card(page, "hello")
      .getByText(/^\d+ virtual machines?: /)
      .waitFor();
    await card(page, "hello").locator(".vm.running").first().waitFor();
    await card(page, "boot-each").locator(".vm.closed").first().waitFor();
    await page
      .getByRole("img", { name: /half of [\d,]+ answers within/ })
      .first()
      .waitFor();
    await observed.ask("hello", "/loop");
    await observed.ask("counter", "/loop?rounds=many");
    await page.locator(".failure").nth(1).waitFor();
    await card(page, "hello")
      .getByText(/[1-9]\d* calls\/s/)
      .waitFor();

    await card(page, "boot-each").locator(".vm:not(.closed)").first().waitFor();
    await observed.ask("hello", "/loop/<script>alert(2)</script>");
    await page.locator(".failure").nth(2).waitFor();

    // Every control is reached by Tab, in the order of the page, and a failure opens by Enter.
    assert.deepEqual(await tabThrough(page), [
      "A Skip to the failures",
      "INPUT ",
      ...Object.keys(FUNCTIONS).map(() => "SUMMARY Last changes"),
      "SUMMARY failure",
    ]);
    await page.keyboard.press("Enter");
    const failure = page.locator(".failure[open]");
    await failure.getByText(/^cpu-time-limit: /).waitFor();
    assert.match(
      await failure.innerText(),
      /GET \/loop\/<script>alert\(2\)<\/script>[\s\S]*Console\s+<b>looping<\/b>/,
    );

    // Others' words stayed words.
    assert.equal(await page.locator("img, main script, main b").count(), 0);

    // Without load the VMs vanish, all of them.
    await Promise.all(loads.map((end) => end()));
    for (const name of Object.keys(FUNCTIONS))
      await card(page, name).getByText("no virtual machine").waitFor();
    await page.locator(".vms .vm").first().waitFor({ state: "detached" });
    await card(page, "hello").getByText("Last changes").click();
    await card(page, "hello").getByRole("cell", { name: "idle", exact: true }).first().waitFor();

    // Looking for a function leaves the others out.
    await page.getByLabel("Find a function").fill("BOOT");
    assert.equal(await page.locator("article:visible").count(), 1);

    assert.deepEqual(complaints, []);
  },
);

dashboardTest(
  "the dashboard is dark where that is wished, and still where no motion is",
  async (observed, browser) => {
    const page = await browser.newPage();
    await page.goto(observed.url);
    const end = observed.load("hello", "/wait", 2);
    const cell = page.locator(".vms .vm").first();
    await cell.waitFor();
    const style = (of: string, property: string): Promise<string> =>
      page.evaluate(`getComputedStyle(document.querySelector("${of}")).${property}`);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
    assert.equal(await style(".vms .vm", "animationName"), "appear");
    assert.ok(lightness(await style("body", "backgroundColor")) > 0.9);
    assert.ok(lightness(await style("body", "color")) < 0.2);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    assert.equal(await style(".vms .vm", "animationName"), "none");
    assert.ok(lightness(await style("body", "backgroundColor")) < 0.2);
    assert.ok(lightness(await style("body", "color")) > 0.8);
    await end();
  },
);

/** As people call theirs. */
const PICTURED: readonly FunctionName[] = ["hello", "counter", "thumbnails", "boot-each"];

dashboardTest(
  "a picture of the dashboard is taken as one sees it who opens a failure",
  async (observed, browser) => {
    const loads = PICTURED.map((name) => observed.load(name, name === "boot-each" ? "/" : "/wait", 3));
    await observed.ask("hello", "/loop");
    const page = await browser.newPage();
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(observed.url);
    await page.locator(".failure summary").first().click();
    await card(page, "hello")
      .getByText(/[1-9]\d* calls\/s/)
      .waitFor();
    mkdirSync(join(root, "build", "test"), { recursive: true });
    await page.screenshot({ path: SCREENSHOT });
    await Promise.all(loads.map((end) => end()));
  },
  PICTURED,
);

/** What has the focus, Tab after Tab, until the newest failure. */
async function tabThrough(page: Page): Promise<string[]> {
  const seen: string[] = [];
  const most = 20;
  await page.evaluate("document.body.focus()");
  while (!seen.at(-1)?.endsWith("failure") && seen.length < most) {
    await page.keyboard.press("Tab");
    seen.push(
      await page.evaluate(`(({ tagName, textContent, parentElement }) =>
        tagName + " " + (parentElement.className === "failure" ? "failure" : textContent))(document.activeElement)`),
    );
  }
  return seen;
}

/** From "rgb(1, 2, 3)" to a number from 0 to 1. */
function lightness(color: string): number {
  const parts = color.match(/\d+/g)!.slice(0, 3).map(Number);
  return parts.reduce((sum, part) => sum + part, 0) / 3 / 255;
}
