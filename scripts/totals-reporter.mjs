// totals-reporter.mjs: a reporter for `node --test` that writes the totals as JSON, for programs.

/** Reads the runner's closing diagnostics ("pass 12"). A cancelled test is a failed one, a todo a skipped one. */
export default async function* totals(events) {
  const counts = { pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  for await (const { type, data } of events) {
    const match =
      type === "test:diagnostic" && /^(pass|fail|cancelled|skipped|todo) (\d+)$/.exec(data.message);
    if (match) counts[match[1]] = Number(match[2]);
  }
  const { pass, fail, cancelled, skipped, todo } = counts;
  yield JSON.stringify({ passed: pass, failed: fail + cancelled, skipped: skipped + todo });
}
