#pragma once

#include <string_view>

namespace norma::drawing {

/// The CSS rules of the page; `svg_style` is added to them.
inline constexpr std::string_view page_style = R"(
:root { color-scheme: light dark; --ground: #f3f4f6; --card: #fff; --ink: #14181d; --soft: #4f5660; --rule: #dfe3e7;
  --accent: #00609a; --warn: #fff3e0; --warn-ink: #7a3b00; --wrong: #b04800 }
@media (prefers-color-scheme: dark) { :root { --ground: #0e1114; --card: #171b20; --ink: #eef1f4; --soft: #b3bac2;
  --rule: #2d343b; --accent: #6cc0f0; --warn: #33240f; --warn-ink: #ffcf8f; --wrong: #f2a73b } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
main, header, footer { max-width: 1160px; margin: 0 auto; padding: 0 20px }
header { padding-top: 44px }
h1 { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.15; letter-spacing: -.015em; margin: 0 0 .4em }
h2 { font-size: 1.35rem; margin: 2.2em 0 .6em; letter-spacing: -.01em }
h3 { font-size: 1.08rem; margin: 1.9em 0 .5em }
p { max-width: 48em; margin: .5em 0 }
a { color: var(--accent) }
nav { display: flex; flex-wrap: wrap; gap: .2em 1.2em; margin-top: 1em; font-size: .95rem }
.lead { font-size: 1.08rem; color: var(--soft) }
.stopped { background: var(--warn); color: var(--warn-ink); border-radius: 8px; padding: .6em 1em; max-width: none }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 16px }
.scroll { overflow-x: auto }
p + .card, .plots + .plots, .plots + .card, div.card + div.card { margin-top: 1em }
.reading { border-left: 4px solid var(--accent); padding: 10px 22px; font-size: 1.05rem }
.reading p { max-width: none }
.notes { color: var(--soft); font-size: .9rem; margin-top: 1em }
.notes p { max-width: 70em }
table.figures { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; white-space: nowrap;
  font-size: .93rem }
.figures th, .figures td { padding: .45em .5em; text-align: right; font-weight: 400 }
.figures th[scope=row] { text-align: left; font-weight: 600 }
.figures thead th { color: var(--soft); font-size: .86rem; padding-bottom: .2em }
.figures thead th[scope=colgroup]:not([colspan="1"]) { text-align: center }
.figures thead th[scope=col] { border-bottom: 1px solid var(--rule); padding-bottom: .5em }
.figures thead th[scope=col]:first-child { text-align: left }
.figures tbody tr + tr > * { border-top: 1px solid var(--rule) }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px }
figure { margin: 0 }
.plots figure { padding: 12px; min-width: 0 }
svg.drawing { display: block; width: 100%; height: auto }
.matrix { max-width: 640px }
.matrix svg { min-width: 330px }
figcaption { color: var(--soft); font-size: .88rem }
.matrix figcaption { margin-top: .6em }
.images { display: grid; grid-template-columns: repeat(5, 1fr); gap: 18px 14px; list-style: none; padding: 0; margin: 0 }
.images.many { grid-template-columns: repeat(auto-fill, minmax(88px, 1fr)) }
.images img { display: block; width: 100%; height: auto; border-radius: 8px; margin-bottom: .4em; background: var(--rule) }
.images figcaption { line-height: 1.35; overflow-wrap: anywhere }
.images b { color: var(--ink); font-weight: 600 }
.images .as { color: var(--wrong) }
@media (max-width: 480px) { .images { grid-template-columns: 1fr 1fr; gap: 14px 10px }
  .images.many { grid-template-columns: repeat(auto-fill, minmax(92px, 1fr)) } }
@media (max-width: 640px) {
  main, header, footer { padding: 0 14px } header { padding-top: 28px } .card { padding: 12px }
  .plots figure { padding: 8px 4px } }
details { margin-top: 1em } summary { cursor: pointer; color: var(--accent) }
pre { overflow-x: auto; font: .8rem/1.45 ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace }
pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35em 1.4em; margin: 0 }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere; min-width: 0 }
@media (max-width: 640px) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .6em } }
footer { color: var(--soft); font-size: .88rem; padding-top: 2em; padding-bottom: 3em }
.away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
)";

}  // namespace norma::drawing
