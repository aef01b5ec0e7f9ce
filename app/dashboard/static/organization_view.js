// A report on an organization.
import { html, useMemo, useState } from "./preact.js";
import { LanguagesChart, WeeksChart } from "./charts.js";
import { brief, count, day, moment, words } from "./format.js";
import { Notice } from "./notices.js";
import { Channel } from "./shapes.js";
import { SortableTable, Strip } from "./table.js";

const STATE_KIND = { complete: "good", stale: "warn", partial: "bad" };
const KINDS = {
  all: ["All", () => true],
  live: ["Not archived", (row) => !row.archived],
  raised: ["With signals", (row) => row.signals.length > 0],
  incomplete: ["Not complete", (row) => row.state !== "complete"],
};

// `linked`: a name leads to its own report; a saved page has none to lead to.
function columnsOf(linked) {
  const shortName = (row) => row.full_name.split("/").slice(1).join("/");
  return [
    { name: "full_name", title: "Repository", value: (row) => row.full_name, cell: (row) => (linked ? html`<a href=${`#/explore/${row.full_name}`}>${shortName(row)}</a>` : shortName(row)) },
    { name: "language", title: "Language", value: (row) => row.language, cell: (row) => row.language || "–" },
    { name: "stars", title: "Stars", number: true, value: (row) => row.stars, cell: (row) => count(row.stars) },
    { name: "open_issues", title: "Open", number: true, value: (row) => row.open_issues, cell: (row) => count(row.open_issues) },
    { name: "commits_last_year", title: "Commits, year", number: true, value: (row) => row.commits_last_year, cell: (row) => count(row.commits_last_year) },
    { name: "contributors", title: "People", number: true, value: (row) => row.contributors, cell: (row) => `${count(row.contributors)}${row.more_contributors ? "+" : ""}` },
    { name: "pushed_at", title: "Last push", number: true, value: (row) => row.pushed_at, cell: (row) => day(row.pushed_at) },
    { name: "signals", title: "Signals", number: true, value: (row) => row.signals.length, cell: (row) => html`<ul class="chips">${row.signals.map((name) => html`<li key=${name}>${words(name)}</li>`)}</ul>` },
    { name: "state", title: "State", value: (row) => row.state, cell: StateCell },
  ];
}

function StateCell(row) {
  const why = Object.entries(row.problems).map(([part, problem]) => `${part}: ${problem.detail}`);
  const pill = html`<span class=${`pill ${STATE_KIND[row.state]}`}>${row.state}</span>`;
  return why.length === 0 ? pill : html`<details class="why"><summary>${pill}</summary>${why.map((each) => html`<div class="small quiet">${each}</div>`)}</details>`;
}

function some(number) {
  return number === 1 ? "one repository" : `${count(number)} repositories`;
}

function Committers({ contributors }) {
  if (contributors.length === 0) return html`<p class="quiet">Nobody with an account.</p>`;
  const most = contributors[0].commits || 1;
  return html`<ul class="shares">${contributors.slice(0, 7).map(
    (one) => html`<li key=${one.login}><span>${one.login}</span><span class="numbers">${count(one.commits)} <span class="quiet">in ${some(one.repositories)}</span></span><${Channel} thin=${true} parts=${[[one.commits / most, "kept"]]} /></li>`,
  )}</ul>`;
}

function WorthALook({ report, linked }) {
  const nameOf = (name) => (linked ? html`<a href=${`#/explore/${name}`}>${name}</a>` : name);
  return html`${report.risky.length + report.dormant.length === 0 && html`<p class="quiet">Nothing stands out.</p>`}
    ${report.risky.length > 0 && html`<ul class="risks">${report.risky.slice(0, 8).map((risk) => html`<li key=${risk.full_name}>${nameOf(risk.full_name)}<ul class="chips">${risk.signals.map((name) => html`<li key=${name}>${words(name)}</li>`)}</ul></li>`)}</ul>`}
    ${report.dormant.length > 0 && html`<p class="small quiet">No push for a year: ${report.dormant.slice(0, 10).join(", ")}${report.dormant.length > 10 ? ` and ${report.dormant.length - 10} more` : ""}.</p>`}`;
}

function Repositories({ report, linked }) {
  const [wanted, setWanted] = useState("");
  const [kind, setKind] = useState("all");
  const columns = useMemo(() => columnsOf(linked), [linked]);
  const rows = useMemo(() => {
    const text = wanted.trim().toLowerCase();
    const told = (row) => `${row.full_name} ${row.language || ""} ${row.signals.map(words).join(" ")}`.toLowerCase();
    return report.repositories.filter((row) => KINDS[kind][1](row) && told(row).includes(text));
  }, [report, wanted, kind]);
  return html`<section class="card">
    <header><h2>Repositories</h2><p class="small quiet numbers" role="status">${count(rows.length)} of ${count(report.repositories.length)}</p></header>
    <form class="ask" onSubmit=${(event) => event.preventDefault()}>
      <label>Only with<input type="search" value=${wanted} onInput=${(event) => setWanted(event.target.value)} placeholder="name, language, signal" /></label>
      <label class="short">Kind<select value=${kind} onChange=${(event) => setKind(event.target.value)}>${Object.entries(KINDS).map(([name, [title]]) => html`<option value=${name} key=${name}>${title}</option>`)}</select></label>
    </form>
    ${rows.length === 0 ? html`<p class="quiet">None is like that.</p>` : html`<${SortableTable} caption="Repositories of this organization" columns=${columns} rows=${rows} by="pushed_at" />`}
  </section>`;
}

export function OrganizationReport({ report, linked = false }) {
  const about = report.organization.value;
  const totals = report.totals;
  return html`<article aria-label=${`Report on ${report.login}`}>
    <div class="top"><h1>${about?.name || report.login}</h1>
      ${about?.description && html`<p class="lead">${about.description}</p>`}
      <p class="small quiet numbers">Reckoned ${moment(report.reckoned_at)}</p></div>
    ${report.incomplete > 0 && html`<${Notice} kind="warn" title=${`Partial: some part is missing of ${some(report.incomplete)}`}><p>The sums are without it. The table says of each what is missing.</p><//>`}
    ${report.stale > 0 && html`<${Notice} kind="warn" title=${`Stale: some part is older than GitHub would have it, of ${some(report.stale)}`} />`}
    <${Strip} figures=${[
      ["Repositories", count(totals.repositories), totals.archived > 0 && `${count(totals.archived)} archived`],
      ["Commits in a year", brief(totals.commits_last_year)],
      ["People", brief(totals.contributors)],
      ["Stars", brief(totals.stars)],
      ["Open issues and pulls", brief(totals.open_issues)],
    ]} />
    <div class="grid">
      <section class="card span-12"><header><h2>Commits of all repositories</h2></header><${WeeksChart} weeks=${report.weeks} /></section>
      <section class="card span-4"><header><h2>Languages</h2></header><${LanguagesChart} languages=${report.languages} /></section>
      <section class="card span-4"><header><h2>Most commits</h2></header><${Committers} contributors=${report.contributors} /></section>
      <section class="card span-4"><header><h2>Worth a look</h2></header><${WorthALook} report=${report} linked=${linked} /></section>
    </div>
    <${Repositories} report=${report} linked=${linked} />
  </article>`;
}
