// Reports side by side: the numbers in one table, what stands out, and the commits of each on one scale.
import { html } from "./preact.js";
import { WeeksChart } from "./charts.js";
import { measure, words } from "./format.js";
import { Notice } from "./notices.js";
import { Channel, Icon } from "./shapes.js";

const STATE_ICON = { raised: "warn", clear: "good", unknown: "none" };

// A bar beside each number, against the largest in its row: which is better is for who reads it.
function Measures({ names, measures }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Numbers of each repository"><table class="compared">
    <thead><tr><th scope="col">Measure</th>${names.map((name) => html`<th scope="col" class="number" key=${name}>${name}</th>`)}</tr></thead>
    <tbody>${measures.map((row) => {
      const most = Math.max(...row.values.map((value) => value ?? 0));
      return html`<tr key=${row.name}><th scope="row">${row.title}</th>${row.values.map(
        (value, place) => html`<td class="number" key=${place}>${measure(value, row.unit)}<${Channel} thin=${true} parts=${most > 0 && value !== null ? [[value / most, "kept"]] : []} /></td>`,
      )}</tr>`;
    })}</tbody></table></div>`;
}

function SignalTable({ compared }) {
  const rows = compared[0].report.signals.map((signal) => signal.name);
  const of = (each, name) => each.report.signals.find((signal) => signal.name === name);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Signals of each repository"><table class="compared">
    <thead><tr><th scope="col">Signal</th>${compared.map((each) => html`<th scope="col" key=${each.name}>${each.name}</th>`)}</tr></thead>
    <tbody>${rows.map((name) => html`<tr key=${name}><th scope="row">${words(name)}</th>${compared.map((each) => {
      const signal = of(each, name);
      return html`<td key=${each.name}>${signal && html`<span class="marked"><${Icon} kind=${STATE_ICON[signal.state]} /><span>${signal.state} <span class="small quiet">${signal.detail}</span></span></span>`}</td>`;
    })}</tr>`)}</tbody></table></div>`;
}

export function Comparison({ comparison, linked = false }) {
  const names = comparison.repositories.map((each) => each.name);
  const there = comparison.repositories.filter((each) => each.report !== null);
  const weeks = there.filter((each) => each.report.commits.value);
  const most = Math.max(0, ...weeks.flatMap((each) => each.report.commits.value.weeks.map((week) => week.commits)));
  const head = (name) => (linked ? html`<a href=${`#/explore/${name}`}>${name}</a>` : name);
  return html`<article aria-label="Comparison">
    <div class="top"><h1>${names.join(" · ")}</h1><p class="lead">The same numbers of each, side by side; no score.</p></div>
    ${comparison.repositories.filter((each) => each.report === null).map((each) => html`<${Notice} key=${each.name} kind="bad" title=${`${each.name} is missing`}><p>${each.problem.detail}</p><//>`)}
    <div class="grid">
      <section class="card span-12"><header><h2>Numbers</h2></header><${Measures} names=${names} measures=${comparison.measures} /></section>
      ${weeks.map((each) => html`<section class=${`card span-${weeks.length > 2 ? 4 : 6}`} key=${each.name}><header><h2>${head(each.name)}</h2></header>
        <${WeeksChart} weeks=${each.report.commits.value.weeks} label=${`Commits by week of ${each.name}`} most=${most} shape="low" /></section>`)}
      ${there.length > 0 && html`<section class="card span-12"><header><h2>Signals</h2></header><${SignalTable} compared=${there} /></section>`}
    </div>
  </article>`;
}
