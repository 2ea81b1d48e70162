// page.ts: the dashboard's one page: its frame, with style and script inside, and the policy that lets a browser run just these.
import { createHash } from "node:crypto";
import { LATENCY_BOUNDS_MS } from "../../observation/latency.js";
import { CARD_SCRIPT } from "./card-script.js";
import { FAILURES_SCRIPT } from "./failures-script.js";
import { LATENCY_SCRIPT } from "./latency-script.js";
import { LIVE_SCRIPT } from "./live-script.js";
import { STYLE } from "./style.js";
import { VMS_SCRIPT } from "./vms-script.js";

const CONSTANTS = `const BOUNDS_MS = ${JSON.stringify(LATENCY_BOUNDS_MS)};`;
const PARTS = [CONSTANTS, LATENCY_SCRIPT, VMS_SCRIPT, CARD_SCRIPT, FAILURES_SCRIPT, LIVE_SCRIPT];
const SCRIPT = `"use strict";\n{\n${PARTS.join("\n")}\n}`;

const LEGEND = [
  ["starting", "S"],
  ["running", "R"],
  ["resetting", "P"],
  ["idle", "i"],
  ["closed", "×"],
].map(
  ([state, letter]) =>
    `<li><span class="vm ${state}" aria-hidden="true">${letter}</span> ${{ resetting: "put back", closed: "gone" }[state!] ?? state}</li>`,
);

export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mayfly</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#failures">Skip to the failures</a>
<header>
<h1>Mayfly</h1>
<p id="connection" role="status">connecting …</p>
<dl id="totals"></dl>
<label>Find a function <input id="find" type="search" autocomplete="off" spellcheck="false"></label>
</header>
<main>
<section aria-labelledby="functions-title">
<h2 id="functions-title">Functions</h2>
<ul class="legend" aria-label="States of a virtual machine">${LEGEND.join("")}</ul>
<div id="functions"></div>
<p id="no-functions">No function yet.</p>
</section>
<section id="failures" tabindex="-1" aria-labelledby="failures-title">
<h2 id="failures-title">Recent failures</h2>
<div id="failure-list"></div>
<p id="no-failures">None.</p>
</section>
</main>
<noscript>This page needs its script. The same as JSON: /state.json</noscript>
<script>${SCRIPT}</script>
</body>
</html>
`;

/** Only this style and this script, and only this server to ask: whatever a guest's words make of the page, they cannot run. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
