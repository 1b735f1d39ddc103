"""The style sheet of a report: light and dark as the reader's system has it, and ink on white when printed."""

STYLE = """
:root { color-scheme: light dark; --back: #fbfbfa; --card: #fff; --text: #1f2328; --muted: #57606a; --line: #e1e3e5;
  --accent: #0072b2; --evaluation: #c24e00; --change: #a8487f; --mark: #fff4d6; --good: #00734f; --bad: #b3380e; }
@media (prefers-color-scheme: dark) { :root { --back: #1e1e1e; --card: #262727; --text: #e8e9ea; --muted: #a8adb3;
  --line: #3a3c3e; --accent: #56b4e9; --evaluation: #e69f00; --change: #d98fb8; --mark: #453a1c; --good: #45c89f;
  --bad: #ff9068; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); line-height: 1.5;
  font: 15px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 960px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 40px 0 12px; }
h3 { font-size: 14px; margin: 0 0 2px; }
p { margin: 0 0 8px; overflow-wrap: anywhere; }
.muted, .nothing, figcaption, .help { color: var(--muted); }
.help, figcaption { font-size: 13px; }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: 10px; padding: 0 8px; margin-right: 6px;
  font-size: 13px; }
.note { white-space: pre-wrap; border-left: 3px solid var(--line); padding-left: 12px; margin: 12px 0; }
.status { font-weight: 600; } .finished { color: var(--good); } .failed, .interrupted { color: var(--bad); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 20px 0; }
.figures div, figure, .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.figures div { padding: 10px 14px; } .figures b { display: block; font-size: 20px; font-weight: 600; }
.figures span { color: var(--muted); font-size: 13px; }
figure { margin: 0; padding: 12px 14px; } .small { display: grid; gap: 12px;
  grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); }
figure.episode { width: fit-content; max-width: 100%; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--muted); font-size: 11px; }
path { fill: none; } .grid { stroke: var(--line); } .axis { stroke: var(--muted); }
.line { stroke: var(--accent); stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.mean { stroke: var(--accent); stroke-width: 2.4; stroke-linejoin: round; stroke-linecap: round; }
.episodes { stroke: var(--accent); stroke-opacity: .35; stroke-width: 3; stroke-linecap: round; }
.evaluation { stroke: var(--evaluation); stroke-width: 8; stroke-linecap: round; }
.key { margin: 6px 0 0; }
.key i { display: inline-block; width: 14px; height: 0; margin: 0 6px 3px 0; border-top: 3px solid; }
.key span { margin-right: 18px; } .of-mean { color: var(--accent); } .of-episodes { color: var(--accent); opacity: .5; }
.of-evaluation { color: var(--evaluation); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 5px 10px;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; } th { color: var(--muted); font-weight: 500; }
td.number, th.number { text-align: right; } tr.changed td { background: var(--mark); } tr.changed td:nth-child(2) {
  font-weight: 600; } tr.group th { padding-top: 16px; color: var(--text); font-weight: 600; }
img { display: block; max-width: 100%; height: auto; border-radius: 4px; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; overflow-x: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
footer { margin-top: 48px; color: var(--muted); font-size: 13px; }
@media print { :root { --back: #fff; --card: #fff; --text: #000; --muted: #444; --line: #ccc; --accent: #0072b2;
  --evaluation: #c24e00; --mark: #fff4d6; --good: #00734f; --bad: #b3380e; color-scheme: light; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; } figure, tr, .figures div { break-inside: avoid; }
  h2 { break-after: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
