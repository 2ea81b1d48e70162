// failures-script.ts: runs in the page: the last failures, newest first, each opens to what its guest left behind.

export const FAILURES_SCRIPT = `
const MOST_FAILURES = 50;
class Failures {
  constructor() {
    this.list = document.getElementById("failure-list");
    this.none = document.getElementById("no-failures");
    this.shown = new Set();
  }

  show(failures) {
    for (const failure of failures) {
      // After a lost connection the same come again: what is open stays open.
      const key = failure.at + " " + failure.failure;
      if (this.shown.has(key)) continue;
      this.shown.add(key);
      this.list.prepend(this.entry(failure));
    }
    while (this.list.childElementCount > MOST_FAILURES) this.list.lastElementChild.remove();
    this.none.hidden = this.list.childElementCount > 0;
  }

  entry(failure) {
    const element = make("details", "failure");
    const where = failure.function === "" ? "" : failure.function + ": ";
    const time = new Date(failure.at).toLocaleTimeString("en-GB");
    const title = make("summary", "", time + " " + where);
    title.append(make("strong", "", failure.status + " " + failure.what), " " + failure.method + " " + failure.path);
    element.append(title, make("p", "", failure.message), make("p", "quiet", "request " + failure.request));
    if (failure.report !== "") element.append(make("pre", "report", failure.report));
    if (failure.console !== "") element.append(make("p", "quiet", "Console"), make("pre", "", failure.console));
    return element;
  }
}
`;
