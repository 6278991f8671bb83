"""How a report looks: in light, in dark, on paper, on a telephone."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2430;--muted:#565d6b;--line:#d9dde3;--soft:#f4f6f8;--link:#0057a0;
--accent:#0072b2;--caution:#7a4a00;--caution-soft:#fff6e5}
@media (prefers-color-scheme:dark){:root{--paper:#14171c;--ink:#e7eaee;--muted:#a9b1bd;--line:#363c46;--soft:#1d2127;
--link:#7cc0ff;--accent:#56b4e9;--caution:#ffd28a;--caution-soft:#2b2415}}
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,"Liberation Sans",Arial,sans-serif;
-webkit-text-size-adjust:100%}
body{max-width:62rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem;letter-spacing:-.01em}
h2{font-size:1.3rem;line-height:1.3;margin:3rem 0 .8rem;padding-top:1rem;border-top:1px solid var(--line)}
p{margin:.6rem 0}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.4rem .8rem}
.subtitle,.beside,figcaption,.note,caption{color:var(--muted)}
.lead{font-size:1.12rem}
.note,figcaption,caption{font-size:.9rem}
.caution{background:var(--caution-soft);color:var(--caution);border-left:4px solid;padding:.5rem .8rem;font-size:.95rem}
nav{background:var(--soft);border-radius:.5rem;padding:.7rem 1rem;margin:1.4rem 0;font-size:.95rem}
nav ol{columns:2 16rem;margin:0;padding-left:1.6rem}
nav li{padding:.15rem 0;break-inside:avoid}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.9rem,1fr));gap:.8rem;margin:1.2rem 0}
.facts div{background:var(--soft);border-radius:.5rem;padding:.8rem .9rem}
.facts dt{color:var(--muted);font-size:.9rem}
.facts dd{margin:0}
.figure{display:block;font-size:1.6rem;font-weight:700;line-height:1.25}
.facts div:first-child .figure{color:var(--accent)}
.beside{display:block;font-size:.85rem}
.scroll{overflow-x:auto;margin:.8rem 0 0}
table{border-collapse:collapse;font-size:.92rem;min-width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:0 0 .4rem;caption-side:top}
caption span{display:inline-block;position:sticky;left:0;max-width:calc(100vw - 2.5rem)}
th,td{padding:.3rem .8rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{vertical-align:bottom;color:var(--muted);font-weight:600;border-bottom:2px solid var(--line)}
tbody th{font-weight:500;min-width:8rem}
.number{text-align:right}
td.number,data,time{white-space:nowrap}
.download{font-size:.85rem;margin:.2rem 0 1rem}
figure{margin:1.2rem 0 0}
.drawing{border:1px solid var(--line);border-radius:.5rem;padding:.3rem}
.drawing svg{display:block;width:100%;height:auto;min-width:34rem;max-width:48rem;margin:0 auto}
figcaption{margin:.4rem 0}
details{margin:.4rem 0 1rem}
summary{cursor:pointer;color:var(--link);font-size:.92rem}
details caption{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
pre{background:var(--soft);border-radius:.5rem;padding:.7rem .9rem;overflow-x:auto;font-size:.88rem}
code{font-family:ui-monospace,"Liberation Mono",Menlo,Consolas,monospace;font-size:.92em;overflow-wrap:anywhere}
pre code{overflow-wrap:normal}
.cite{font-size:.85em;text-decoration:none;padding-left:.15em}
.sources{font-size:.88rem;padding-left:2.4rem;color:var(--muted);overflow-wrap:anywhere}
@media (max-width:40rem){body{padding:1.4rem 1rem 3rem}h1{font-size:1.5rem}
.facts{grid-template-columns:repeat(2,minmax(0,1fr))}
.figure{font-size:1.35rem}}
@media print{
:root{color-scheme:light;--paper:#fff;--ink:#000;--muted:#444;--line:#bbb;--soft:#f4f4f4;--link:#000;--accent:#0072b2;
--caution:#5a3700;--caution-soft:#fff6e5}
html{font-size:10pt}body{max-width:none;padding:0}
nav,.skip,.download,summary{display:none}
h2{margin-top:1.6rem;break-after:avoid}
.facts{display:flex;flex-wrap:wrap}.facts div{flex:1 1 7.5rem}.figure{font-size:15pt}
figure,.facts,tr,pre{break-inside:avoid}
thead{display:table-header-group}caption,thead{break-after:avoid}
.scroll{overflow:visible}.drawing{border:0;padding:0}.drawing svg{min-width:0;max-width:16cm;max-height:21cm}
table{font-size:8pt;width:100%}
th,td{padding-right:.6rem}tbody th{min-width:0}
td.number,data{white-space:normal}pre{white-space:pre-wrap}.sources{font-size:8pt}
details::details-content{content-visibility:visible;display:block;block-size:auto;overflow:visible}
details caption{position:static;clip-path:none;width:auto;height:auto}
a{text-decoration:none}
}
@page{size:A4;margin:18mm 16mm 18mm 16mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif}}
"""
