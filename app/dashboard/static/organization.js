// An organization: long work, told as it goes.
import { html, useEffect, useState } from "./preact.js";
import { useEvents } from "./asking.js";
import { count, seconds } from "./format.js";
import { Empty, Trouble } from "./notices.js";
import { OrganizationReport } from "./organization_view.js";

function Progress({ progress, stop }) {
  const { done, total, points_spent: points, seconds_left: left } = progress;
  return html`<section class="card" aria-label="Progress">
    <p role="status">${total === 0 ? "Asking for the list of repositories …" : `${done} of ${total} repositories`}</p>
    <progress max=${total || 1} value=${done} aria-label="Repositories looked at">${done}</progress>
    <p class="small quiet numbers">${count(points)} points spent${left === null ? "" : `, about ${seconds(left)} left`}</p>
    <button type="button" onClick=${stop}>Cancel</button>
  </section>`;
}

function saved(report, form) {
  const fields = ["full_name", "state", "language", "license", "archived", "fork", "stars", "forks", "open_issues", "pushed_at", "commits_last_year", "contributors", "half_of_commits_by", "signals"];
  const quoted = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text; // a spreadsheet must not take it for a formula
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const text = form === "json" ? JSON.stringify(report, null, 2) : [fields.join(","), ...report.repositories.map((row) => fields.map((field) => quoted(Array.isArray(row[field]) ? row[field].join(" ") : row[field])).join(","))].join("\r\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: form === "json" ? "application/json" : "text/csv" }));
  link.download = `${report.login}.${form}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function Organization({ name, go, askForKey }) {
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  const { latest, problem, open, stopped, again, stop } = useEvents(name ? `/api/v1/orgs/${encodeURIComponent(name)}/report` : null);
  const report = latest.report;
  const submit = (event) => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted === name) again();
    else if (wanted) go(["organization", wanted]);
  };
  return html`
    ${!report && html`<h1>Organization</h1><p class="lead">All its repositories in one report. It costs about three points for each, and what the cache has costs nothing.</p>`}
    <form class="ask" onSubmit=${submit} role="search">
      <label>Organization<input name="organization" value=${text} onInput=${(event) => setText(event.target.value)} placeholder="acme" autocomplete="off" spellcheck=${false} /></label>
      <button class="main">Report</button>
      ${report && html`<button type="button" onClick=${() => saved(report, "csv")}>Save CSV</button><button type="button" onClick=${() => saved(report, "json")}>Save JSON</button>`}
    </form>
    ${!name && html`<${Empty} title="Nothing asked for yet"><p>Try <a href="#/organization/acme">acme</a> in the demo.</p><//>`}
    ${open && !report && html`<${Progress} progress=${latest.progress || { done: 0, total: 0, points_spent: 0, seconds_left: null }} stop=${stop} />`}
    ${stopped && !report && html`<div class="notice warn" role="status"><strong>Cancelled</strong><p>What was fetched is kept: the next time goes on from there.</p><button onClick=${again}>Go on</button></div>`}
    ${problem && html`<${Trouble} problem=${problem} again=${again} askForKey=${askForKey} />`}
    ${report && html`<${OrganizationReport} report=${report} />`}`;
}
