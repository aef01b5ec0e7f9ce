// Who spent what, and what was saved.
import { html, useMemo, useState } from "./preact.js";
import { useAnswer } from "./asking.js";
import { brief, bytes, count, percent, seconds } from "./format.js";
import { Empty, Loading, Notice, Trouble } from "./notices.js";
import { Channel } from "./shapes.js";
import { SortableTable, Strip } from "./table.js";

const SPANS = [["1h", "Hour"], ["24h", "Day"], ["7d", "Week"], ["4w", "Four weeks"]];
const KINDS = [["caller", "Caller"], ["route", "Route"], ["outcome", "Outcome"]];
// What `-` stands for, where there is none.
const NO_NAME = { caller: "nobody (in the background)", route: "no route (in the background)", outcome: "not about an upstream" };

function columnsOf(by, rows) {
  const most = Math.max(1, ...rows.map((row) => row.points + row.saved_points));
  const bar = (row) => html`<${Channel} parts=${[[row.saved_points / most, "kept"], [row.points / most, "fetched"]]} />`;
  const number = (name, title, shown) => ({ name, title, number: true, value: (row) => row[name], cell: (row) => shown(row[name]) });
  return [
    { name: "name", title: KINDS.find(([name]) => name === by)[1], value: (row) => row.name, cell: (row) => (row.name === "-" ? NO_NAME[by] : html`<span class=${by === "route" ? "mono" : ""}>${row.name}</span>`) },
    number("points", "Points spent", count),
    number("saved_points", "Points saved", count),
    { name: "both", title: "Saved and spent", value: (row) => row.points + row.saved_points, number: true, cell: bar },
    number("requests", "Requests", count),
    number("hit_ratio", "Hit ratio", percent),
    number("failed_requests", "Failed", count),
    number("sent_bytes", "Sent", bytes),
  ];
}

function Choice({ legend, name, options, value, choose }) {
  return html`<fieldset class="choice"><legend>${legend}</legend><div>${options.map(
    ([each, title]) => html`<label key=${each}><input type="radio" name=${name} value=${each} checked=${each === value} onChange=${() => choose(each)} /><span>${title}</span></label>`,
  )}</div></fieldset>`;
}

function Table({ state }) {
  const columns = useMemo(() => columnsOf(state.by, state.rows), [state]);
  return html`<section class="card"><ul class="legend"><li class="kept">Points saved</li><li class="fetched">Points spent</li></ul>
    <${SortableTable} caption=${`By ${state.by}`} columns=${columns} rows=${state.rows} by="points" /></section>`;
}

export function Usage({ askForKey }) {
  const [by, setBy] = useState("caller");
  const [since, setSince] = useState("24h");
  const answer = useAnswer(`/api/v1/usage?by=${by}&since=${since}`, true);
  const state = answer.body;
  const totals = state?.totals;
  return html`<div class="top"><h1>Usage</h1><p class="lead">Who spent the quota, and what the cache saved.</p></div>
    <form class="ask" onSubmit=${(event) => event.preventDefault()}>
      <${Choice} legend="Told apart by" name="by" options=${KINDS} value=${by} choose=${setBy} />
      <${Choice} legend="Of the last" name="since" options=${SPANS} value=${since} choose=${setSince} />
      <button type="button" onClick=${answer.again}>Look again</button>
    </form>
    ${answer.loading && !state && html`<${Loading} what="usage" />`}
    ${answer.problem && html`<${Trouble} problem=${answer.problem} again=${answer.again} askForKey=${askForKey} kept=${state} />`}
    ${state && html`
      ${state.only_caller && html`<${Notice} title=${`Only what ${state.only_caller} used`} live=${false}><p>An operator's key shows what everybody used.</p><//>`}
      ${state.degraded && html`<${Notice} kind="warn" title="A restart may lose some of this"><p>${state.degraded}</p><//>`}
      <${Strip} figures=${[
        ["Points spent", brief(totals.points)],
        ["Points saved", brief(totals.saved_points), totals.saved_percent !== null && `${Math.round(totals.saved_percent)} % of both`],
        ["Hit ratio", percent(totals.hit_ratio)],
        ["Requests", brief(totals.requests), totals.failed_requests > 0 && `${count(totals.failed_requests)} failed`],
        ["Sent upstream", brief(totals.upstream_requests)],
      ]} />
      ${state.rows.length === 0
        ? html`<${Empty} title="Nothing was used in this time"><p>It shows here as soon as somebody asks.</p><//>`
        : html`<${Table} state=${state} key=${state.by} />`}
      <p class="small quiet">All requests together took ${seconds(totals.seconds)}. Counted by ${state.scope === "machine" ? "all workers of this machine" : "this worker alone"}.</p>`}`;
}
