// Reports side by side: the numbers in one table, commits of each in small.
import { html } from "./preact.js";
import { WeeksChart } from "./charts.js";
import { measure } from "./format.js";

export function Comparison({ comparison }) {
  const names = comparison.repositories.map((each) => each.name);
  const absent = comparison.repositories.filter((each) => each.report === null);
  return html`<article aria-label="Comparison">
    <h1>${names.join(" · ")}</h1>
    <p class="lead">The same numbers of each, side by side; no score.</p>
    ${absent.map((each) => html`<div class="notice bad"><strong>${each.name} is missing</strong><p>${each.problem.detail}</p></div>`)}
    <section class="card"><div class="scroll" tabindex="0" role="region" aria-label="Numbers of each repository"><table>
      <thead><tr><th scope="col">Measure</th>${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
      <tbody>${comparison.measures.map((row) => html`<tr key=${row.name}><th scope="row">${row.title}</th>${row.values.map((value) => html`<td class="number">${measure(value, row.unit)}</td>`)}</tr>`)}</tbody>
    </table></div></section>
    <div class="grid">${comparison.repositories.filter((each) => each.report?.commits.value).map(
      (each) => html`<section class="card" key=${each.name}><header><h2>${each.name}</h2></header><${WeeksChart} weeks=${each.report.commits.value.weeks} label=${`Commits by week of ${each.name}`} /></section>`,
    )}</div>
  </article>`;
}
