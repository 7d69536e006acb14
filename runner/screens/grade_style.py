"""The style sheet of the page with a class's grades: light and dark, phone and desktop, screen and paper."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --back: #f5f6f4; --card: #ffffff; --line: #dfe3df; --ink: #1d2a2f; --soft: #55646b;
  --accent: #17616b; --tint: #e8f1f1; --code: #eef1ef;
  --proved: #2b7350; --claimed: #4a57a8; --not-yet: #a84a22; --cannot-judge: #7d6110; --unsupported: #5f6b72;
  --proved-back: #e3f1e9; --claimed-back: #e9ebf8; --not-yet-back: #f9e9e1; --cannot-judge-back: #f6efd9;
  --unsupported-back: #eceff0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #13191c; --card: #1b2327; --line: #2e393e; --ink: #e3e9e8; --soft: #9fadb2;
    --accent: #7cc4cb; --tint: #1f2f33; --code: #242e32;
    --proved: #7ccba1; --claimed: #a9b4f5; --not-yet: #f0a27d; --cannot-judge: #e0c36d; --unsupported: #aab5ba;
    --proved-back: #1d3329; --claimed-back: #272c49; --not-yet-back: #3c2820; --cannot-judge-back: #37301a;
    --unsupported-back: #2a3236;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", Roboto,
  "Noto Sans", "Noto Sans KR", sans-serif; overflow-wrap: anywhere; word-break: keep-all; }
main, header, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.75rem; }
footer { padding-bottom: 3rem; color: var(--soft); font-size: .875rem; }
h1, h2, h3, h4 { line-height: 1.2; text-wrap: balance; margin: 0; font-weight: 650; }
h1 { font-size: clamp(1.7rem, 5vw, 2.4rem); letter-spacing: -.015em; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .9rem; }
h3 { font-size: 1.15rem; }
h4 { font-size: .95rem; margin: 1.1rem 0 .35rem; }
p { margin: .4rem 0; max-width: 46rem; }
a { color: var(--accent); text-underline-offset: .18em; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible, pre:focus-visible { outline: 3px solid var(--accent);
  outline-offset: 2px; border-radius: .3rem; }
code, pre { font: .875em/1.5 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
code { background: var(--code); border-radius: .25rem; padding: .1em .3em; }
.soft { color: var(--soft); } .small { font-size: .875rem; }
.eyebrow { color: var(--accent); font-weight: 600; font-size: .875rem; letter-spacing: .04em; margin: 0 0 .4rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .6rem 1rem; border-radius: .4rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem;
  margin: 1.5rem 0 .75rem; padding: 0; }
.tile { margin: 0; }
.tile dt { color: var(--soft); font-size: .875rem; }
.tile dd { margin: .1rem 0 0; font-size: 1.75rem; font-weight: 650; line-height: 1.15;
  font-variant-numeric: tabular-nums; }
.tile small { display: block; font-size: .875rem; line-height: 1.3; font-weight: 400; color: var(--soft); }
.chart { display: block; width: 100%; height: auto; }
.chart rect { fill: var(--accent); } .chart .none { fill: var(--line); }
.chart text { fill: var(--ink); font: 12px system-ui, sans-serif; text-anchor: middle; }
.chart .axis { fill: var(--soft); font-size: 11px; }
.chart .short { display: none; font-size: 20px; }
.scroll { overflow-x: auto; padding: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: start; color: var(--soft); font-size: .875rem; padding: .8rem 1.25rem .2rem; }
th, td { text-align: start; padding: .6rem .8rem; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-size: .8125rem; font-weight: 600; white-space: nowrap;
  vertical-align: bottom; }
th:first-child, td:first-child { padding-inline-start: 1.25rem; }
th:last-child, td:last-child { padding-inline-end: 1.25rem; }
tbody th { font-weight: 550; min-width: 9.5rem; }
td.number, th.number { text-align: end; white-space: nowrap; }
tbody th small, td small { display: block; font-weight: 400; color: var(--soft); font-size: .8125rem; }
@media (min-width: 40.01rem) { .by-step th:first-child { width: 27%; } .by-step th:nth-child(2) { width: 17%; } }
.bar { display: block; width: 100%; min-width: 7rem; height: .7rem; margin-top: .4rem; border-radius: .35rem; }
.bar .proved { fill: var(--proved); } .bar .claimed { fill: var(--claimed); } .bar .not-yet { fill: var(--not-yet); }
.bar .cannot-judge { fill: var(--cannot-judge); } .bar .unsupported { fill: var(--unsupported); }
.reasons { list-style: none; margin: 0; padding: 0; font-size: .9rem; min-width: 14rem; }
.reasons li { display: flex; gap: .6rem; } .reasons li + li { margin-top: .3rem; }
.count { flex: none; color: var(--soft); min-width: 2.2em; text-align: end; }
.marks { white-space: nowrap; letter-spacing: 0; }
.mark { display: inline-flex; align-items: center; justify-content: center; width: 1.45em; height: 1.45em; flex: none;
  border-radius: .35em; font-size: .8125rem; font-weight: 700; margin-inline-end: .2em; }
.proved.mark, .proved.tag { color: var(--proved); background: var(--proved-back); }
.claimed.mark, .claimed.tag { color: var(--claimed); background: var(--claimed-back); }
.not-yet.mark, .not-yet.tag { color: var(--not-yet); background: var(--not-yet-back); }
.cannot-judge.mark, .cannot-judge.tag { color: var(--cannot-judge); background: var(--cannot-judge-back); }
.unsupported.mark, .unsupported.tag { color: var(--unsupported); background: var(--unsupported-back); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .7rem 0 0; padding: 0; list-style: none;
  font-size: .875rem; color: var(--soft); }
.tag { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .8125rem; font-weight: 600; }
.plain.tag { background: var(--tint); color: var(--accent); }
.student { margin: 1rem 0; scroll-margin-top: 1rem; }
.student:target { outline: 3px solid var(--accent); outline-offset: 2px; }
.top { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .3rem 1.5rem; align-items: baseline; }
.top > * { margin: 0; }
.points { font-size: 1.15rem; font-weight: 650; white-space: nowrap; font-variant-numeric: tabular-nums; }
.steps { list-style: none; margin: 1rem 0 0; padding: 0; }
.step { display: grid; grid-template-columns: auto 1fr auto; gap: 0 .7rem; padding: .55rem 0;
  border-top: 1px solid var(--line); }
.step > .worth { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
.step > .more { grid-column: 2 / -1; min-width: 0; }
.step b { font-weight: 600; }
.why { margin: .3rem 0; }
.found { margin: .35rem 0 .5rem; padding-inline-start: .8rem;
  border-inline-start: 3px solid var(--line); }
.found dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .7rem; margin: .2rem 0; font-size: .9rem; }
.found dt { color: var(--soft); } .found dd { margin: 0; min-width: 0; grid-column: 2; }
details { margin: .3rem 0; } summary { cursor: pointer; color: var(--accent); font-size: .9rem; width: fit-content; }
details ul { margin: .4rem 0; padding-inline-start: 1.2rem; font-size: .9rem; color: var(--soft); }
.notes { margin: .3rem 0; padding-inline-start: 1.2rem; font-size: .9rem; }
.send { border-top: 1px solid var(--line); margin-top: .6rem; padding-top: .6rem; }
.send pre { background: var(--code); border-radius: .5rem; padding: .9rem 1rem; margin: .5rem 0 0;
  white-space: pre-wrap; user-select: all; -webkit-user-select: all; }
.back { font-size: .875rem; } .ways { margin: 0 0 1rem; } .ways a { margin-inline-end: 1.2rem; white-space: nowrap; }
.facts { margin: 0; padding-inline-start: 1.2rem; } .facts li + li { margin-top: .4rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) {
  main, header, footer { padding-inline: .9rem; }
  .card { padding: .95rem 1rem; border-radius: .6rem; } .card.scroll { padding: 0; }
  th, td { padding: .5rem .55rem; }
  th:first-child, td:first-child { padding-inline-start: 1rem; }
  caption { padding-inline: 1rem; }
  .tile dd { font-size: 1.45rem; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .chart text { font-size: 20px; } .chart .long { display: none; } .chart .short { display: inline; }
  .by-step thead { display: none; } .by-step table, .by-step tbody, .by-step caption { display: block; }
  .by-step tr { display: grid; grid-template-columns: 3fr 2fr; border-top: 1px solid var(--line); padding: .5rem 0; }
  .by-step th, .by-step td { border: 0; padding: .15rem 1rem; min-width: 0; }
  .by-step td:last-child { grid-column: 1 / -1; } .by-step .none { display: none; }
  .step { grid-template-columns: auto 1fr; } .step > .worth { grid-column: 2; font-size: .875rem; }
}
@media print {
  :root { color-scheme: light; --back: #fff; --card: #fff; --line: #bbb; --ink: #000; --soft: #444; --accent: #134; }
  body { font-size: 10pt; } .card { border-radius: 0; border-width: 0; padding: 0; } .scroll { overflow: visible; }
  .student { break-before: page; } .step, tr, .tile { break-inside: avoid; }
  .back, .skip, .ways, .send { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; } summary { color: inherit; }
  .mark, .tag, .bar, .chart { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
