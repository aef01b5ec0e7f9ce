// Who spent what, and what was saved.
import { html, useState } from "./preact.js";
import { useAnswer } from "./asking.js";
import { brief, bytes, count, percent, seconds } from "./format.js";
import { Empty, Loading, Trouble } from "./notices.js";
import { SortableTable } from "./table.js";

const SPANS = [["1h", "last hour"], ["24h", "last day"], ["7d", "last week"], ["4w", "last four weeks"]];
const COLUMNS = (by) => [
  { name: "name", title: by, value: (row) => row.name, cell: (row) => row.name },
  { name: "points", title: "Points spent", number: true, value: (row) => row.points, cell: (row) => count(row.points) },
  { name: "saved_points", title: "Points saved", number: true, value: (row) => row.saved_points, cell: (row) => count(row.saved_points) },
  { name: "requests", title: "Requests", number: true, value: (row) => row.requests, cell: (row) => count(row.requests) },
  { name: "hit_ratio", title: "Hit ratio", number: true, value: (row) => row.hit_ratio, cell: (row) => percent(row.hit_ratio) },
  { name: "failed_requests", title: "Failed", number: true, value: (row) => row.failed_requests, cell: (row) => count(row.failed_requests) },
  { name: "sent_bytes", title: "Sent", number: true, value: (row) => row.sent_bytes, cell: (row) => bytes(row.sent_bytes) },
];

export function Usage({ askForKey }) {
  const [by, setBy] = useState("caller");
  const [since, setSince] = useState("24h");
  const answer = useAnswer(`/api/v1/usage?by=${by}&since=${since}`);
  const state = answer.body;
  const tiles = state && [["Points spent", brief(state.totals.points)], ["Points saved", brief(state.totals.saved_points)], ["Saved of all", state.totals.saved_percent === null ? "–" : `${Math.round(state.totals.saved_percent)} %`], ["Requests", brief(state.totals.requests)], ["Sent upstream", brief(state.totals.upstream_requests)]];
  return html`<h1>Usage</h1><p class="lead">Who spent the quota, and what the cache saved.</p>
    <form class="ask" onSubmit=${(event) => event.preventDefault()}>
      <label class="short">Told apart by<select value=${by} onChange=${(event) => setBy(event.target.value)}>${["caller", "route", "outcome"].map((each) => html`<option value=${each}>${each}</option>`)}</select></label>
      <label class="short">Time<select value=${since} onChange=${(event) => setSince(event.target.value)}>${SPANS.map(([value, title]) => html`<option value=${value}>${title}</option>`)}</select></label>
      <button type="button" onClick=${answer.again}>Look again</button>
    </form>
    ${answer.loading && !state && html`<${Loading} what="usage" />`}
    ${answer.problem && html`<${Trouble} problem=${answer.problem} again=${answer.again} askForKey=${askForKey} />`}
    ${state && html`
      ${state.only_caller && html`<p class="notice">Only what ${state.only_caller} used: an operator's key shows everybody's.</p>`}
      ${state.degraded && html`<div class="notice warn"><strong>A restart may lose some of this</strong><p>${state.degraded}</p></div>`}
      <div class="grid tiles">${tiles.map(([name, value]) => html`<div class="card tile" key=${name}><span class="figure">${value}</span><span class="name">${name}</span></div>`)}</div>
      ${state.rows.length === 0
        ? html`<${Empty} title="Nothing was used in this time"><p>It shows here as soon as somebody asks.</p><//>`
        : html`<section class="card"><${SortableTable} caption=${`By ${by}`} columns=${COLUMNS(by)} rows=${state.rows} by="points" key=${by} /></section>`}
      <p class="small quiet">All requests together took ${seconds(state.totals.seconds)}. Counted by ${state.scope === "machine" ? "all workers of this machine" : "this worker alone"}.</p>`}`;
}
