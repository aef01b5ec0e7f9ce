// A report on an organization.
import { html, useMemo, useState } from "./preact.js";
import { LanguagesChart, WeeksChart } from "./charts.js";
import { brief, count, day, days } from "./format.js";
import { SortableTable } from "./table.js";

const COLUMNS = [
  { name: "full_name", title: "Repository", value: (row) => row.full_name, cell: (row) => row.full_name },
  { name: "state", title: "State", value: (row) => row.state, cell: (row) => html`<span class=${`pill ${{ complete: "good", stale: "warn", partial: "bad" }[row.state]}`} title=${Object.entries(row.problems).map(([part, problem]) => `${part}: ${problem.detail}`).join("\n")}>${row.state}</span>` },
  { name: "language", title: "Language", value: (row) => row.language, cell: (row) => row.language || "–" },
  { name: "stars", title: "Stars", number: true, value: (row) => row.stars, cell: (row) => count(row.stars) },
  { name: "open_issues", title: "Open", number: true, value: (row) => row.open_issues, cell: (row) => count(row.open_issues) },
  { name: "commits_last_year", title: "Commits in a year", number: true, value: (row) => row.commits_last_year, cell: (row) => count(row.commits_last_year) },
  { name: "contributors", title: "People", number: true, value: (row) => row.contributors, cell: (row) => `${count(row.contributors)}${row.more_contributors ? "+" : ""}` },
  { name: "pushed_at", title: "Last push", value: (row) => row.pushed_at, cell: (row) => day(row.pushed_at) },
  { name: "signals", title: "Signals", number: true, value: (row) => row.signals.length, cell: (row) => row.signals.map((name) => html`<div class="small">${name.replaceAll("_", " ")}</div>`) },
];

function some(number) {
  return number === 1 ? "one repository" : `${number} repositories`;
}

export function OrganizationReport({ report }) {
  const [wanted, setWanted] = useState("");
  const rows = useMemo(
    () => report.repositories.filter((row) => `${row.full_name} ${row.language || ""} ${row.signals.join(" ")}`.toLowerCase().includes(wanted.trim().toLowerCase())),
    [report, wanted],
  );
  const about = report.organization.value;
  const totals = report.totals;
  const tiles = [["Repositories", count(totals.repositories)], ["Commits in a year", brief(totals.commits_last_year)], ["People", brief(totals.contributors)], ["Stars", brief(totals.stars)], ["Open issues and pulls", brief(totals.open_issues)], ["Archived", count(totals.archived)]];
  return html`<article aria-label=${`Report on ${report.login}`}>
    <h1>${about.name || report.login}</h1>
    <p class="lead">${about.description || ""} <span class="small">Reckoned ${report.reckoned_at.slice(0, 16).replace("T", " ")} UTC.</span></p>
    ${report.incomplete > 0 && html`<div class="notice warn"><strong>Partial: some part is missing of ${some(report.incomplete)}</strong><p>The sums are without it. Sort by state to see which.</p></div>`}
    ${report.stale > 0 && html`<div class="notice warn"><strong>Stale: some part is older than GitHub would have it, of ${some(report.stale)}</strong></div>`}
    <div class="grid tiles">${tiles.map(([name, value]) => html`<div class="card tile" key=${name}><span class="figure">${value}</span><span class="name">${name}</span></div>`)}</div>
    <div class="grid">
      <section class="card wide"><header><h2>Commits of all repositories</h2></header><${WeeksChart} weeks=${report.weeks} /></section>
      <section class="card"><header><h2>Languages</h2></header><${LanguagesChart} languages=${report.languages} /></section>
      <section class="card"><header><h2>Most commits</h2></header>
        ${report.contributors.length === 0 ? html`<p class="quiet">Nobody with an account.</p>` : html`<ul class="shares">${report.contributors.slice(0, 8).map((one) => html`<li><span>${one.login}</span><span class="numbers">${count(one.commits)} in ${one.repositories}</span><meter min="0" max=${report.contributors[0].commits} value=${one.commits} aria-label=${`Commits of ${one.login}`}></meter></li>`)}</ul>`}
      </section>
      <section class="card"><header><h2>Worth a look</h2></header>
        ${report.risky.length + report.dormant.length === 0 && html`<p class="quiet">Nothing stands out.</p>`}
        <ul class="shares">${report.risky.slice(0, 8).map((risk) => html`<li><span>${risk.full_name}</span><span class="small quiet">${risk.signals.map((name) => name.replaceAll("_", " ")).join(", ")}</span></li>`)}</ul>
        ${report.dormant.length > 0 && html`<p class="small quiet">No push for a year: ${report.dormant.slice(0, 10).join(", ")}${report.dormant.length > 10 ? ` and ${report.dormant.length - 10} more` : ""}.</p>`}
      </section>
    </div>
    <section class="card">
      <header><h2>Repositories</h2><label class="small quiet">Only with ${" "}<input type="search" value=${wanted} onInput=${(event) => setWanted(event.target.value)} placeholder="name, language, signal" /></label></header>
      <p class="small quiet" role="status">${rows.length} of ${report.repositories.length}; oldest push ${days(Math.max(0, ...report.repositories.map((row) => row.days_since_push || 0)))} ago.</p>
      <${SortableTable} caption="Repositories of this organization" columns=${COLUMNS} rows=${rows} by="pushed_at" />
    </section>
  </article>`;
}
