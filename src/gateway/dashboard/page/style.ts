// style.ts: how the dashboard looks: light and dark, narrow and wide, still for who wants no motion.

export const STYLE = `
:root {
  --ground: #f6f7f9; --card: #fff; --line: #d5d9e0; --text: #1b1f27; --quiet: #596273; --accent: #1d5fd1;
  --starting: #f0b429; --running: #2563c9; --resetting: #8b5cc7; --idle: #e4e8ee; --closed: transparent; --bad: #b3261e; --on-state: #fff;
  color-scheme: light dark;
  font: 15px/1.45 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --card: #1d2128; --line: #363c47; --text: #e7eaf0; --quiet: #a2abba; --accent: #8ab4ff;
    --starting: #c98f12; --running: #4f8df5; --resetting: #a884dd; --idle: #39404c; --bad: #ff9b92; --on-state: #0d1117;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 90rem; background: var(--ground); color: var(--text); }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.5rem 1.5rem; }
h1 { font-size: 1.35rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0.25rem 0; }
#connection { color: var(--quiet); }
#connection.lost { color: var(--bad); font-weight: 600; }
#totals { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0; flex: 1; }
#totals div { display: flex; gap: 0.35rem; }
dt { color: var(--quiet); }
dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; }
label { color: var(--quiet); }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 0.15rem 0.4rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); color: var(--accent); padding: 0.4rem 0.8rem; z-index: 1; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0; margin: 0 0 0.75rem; list-style: none; color: var(--quiet); font-size: 0.85rem; }
#functions { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 0.75rem; align-items: start; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 0.75rem 0.9rem; content-visibility: auto; contain-intrinsic-size: auto 15rem; }
.card > header { justify-content: space-between; gap: 0.25rem 1rem; }
.quiet { color: var(--quiet); font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.bad { color: var(--bad); }
.vms { display: flex; flex-wrap: wrap; gap: 3px; min-height: 22px; margin: 0.5rem 0 0.25rem; }
.vm { display: inline-flex; align-items: center; justify-content: center; width: 20px; height: 20px; border-radius: 4px;
  font: 600 11px/1 ui-monospace, monospace; border: 1px solid transparent; color: var(--on-state); transition: background-color 150ms; }
.vm.starting { background: var(--starting); color: #1b1f27; }
.vm.running { background: var(--running); }
.vm.resetting { background: var(--resetting); }
.vm.idle { background: var(--idle); color: var(--quiet); border-color: var(--line); }
.vm.closed { order: 1; border: 1px dashed var(--quiet); color: var(--quiet); }
.vms .vm { animation: appear 200ms; }
.vms .vm.closed { animation: vanish 900ms forwards; }
@keyframes appear { from { transform: scale(0.2); opacity: 0; } }
@keyframes vanish { to { transform: scale(0.4); opacity: 0; } }
svg.latency { display: block; width: 100%; height: auto; margin-top: 0.5rem; }
svg.latency rect { fill: var(--running); }
svg.latency line { stroke: var(--line); }
svg.latency text { fill: var(--quiet); font: 10px system-ui, sans-serif; }
summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--quiet); }
th, td { padding: 0.1rem 0.5rem 0.1rem 0; overflow-wrap: anywhere; }
.scroll { max-height: 14rem; overflow: auto; }
.failure { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 6px; padding: 0.4rem 0.75rem; margin-bottom: 0.4rem; overflow-wrap: anywhere; }
pre { margin: 0.4rem 0; padding: 0.5rem; background: var(--ground); border-radius: 4px; overflow-x: auto; font: 12px/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (min-width: 64rem) { main { display: grid; grid-template-columns: 1fr minmax(18rem, 30%); gap: 0 1.25rem; align-items: start; } }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) {
  *, .vms .vm, .vms .vm.closed { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) { .vm { border-color: CanvasText; } svg.latency rect { fill: CanvasText; } }
`;
