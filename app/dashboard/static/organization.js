// An organization: long work, told as it goes.
import { html } from "./preact.js";
import { AskForm } from "./ask_form.js";
import { useEvents } from "./asking.js";
import { count, seconds } from "./format.js";
import { Empty, Notice, Trouble } from "./notices.js";
import { OrganizationReport } from "./organization_view.js";
import { save } from "./saving.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const NOT_YET = { done: 0, total: 0, points_spent: 0, seconds_left: null };

function nameIn(text) {
  return text.trim().replace(/^https?:\/\/[^/]+\/(orgs\/)?/, "").replace(/\/$/, "");
}

function faultOf(text) {
  const name = nameIn(text);
  if (!name) return "Name an organization, such as acme.";
  return NAME.test(name) ? "" : `${name} is no name of an organization.`;
}

function Progress({ name, progress, stop }) {
  const { done, total, points_spent: points, seconds_left: left } = progress;
  const tenths = total ? Math.floor((10 * done) / total) : 0;
  return html`<section class="card progress" aria-labelledby="progress-title">
    <header><h2 id="progress-title">${total === 0 ? `Asking for the repositories of ${name} …` : `Looking at the repositories of ${name}`}</h2>
      <button type="button" onClick=${stop}>Cancel</button></header>
    <p class="figures"><span class="figure">${total === 0 ? "–" : count(done)}</span><span class="quiet">of ${total === 0 ? "–" : count(total)}</span></p>
    <progress max=${total || 1} value=${done} aria-label="Repositories looked at">${done}</progress>
    <p class="small quiet numbers">${count(points)} points spent${left === null ? "" : ` · about ${seconds(left)} left`}</p>
    <p class="hidden" role="status">${total === 0 ? "Asking for the list of repositories" : `${10 * tenths} % of ${total} repositories`}</p>
  </section>`;
}

export function Organization({ name, go, askForKey }) {
  const { latest, problem, open, stopped, again, stop } = useEvents(name ? `/api/v1/orgs/${encodeURIComponent(name)}/report` : null);
  const report = latest.report;
  const submit = (text) => {
    const wanted = nameIn(text);
    if (wanted === name) again();
    else go(["organization", wanted]);
  };
  return html`
    ${!report && html`<div class="top"><h1>${name || "Organization"}</h1>
      <p class="lead">All repositories of an organization in one report. It costs about three points for each; what the cache has costs nothing.</p></div>`}
    <${AskForm} key=${name} name="organization" label="Organization" wanted=${name} placeholder="acme" check=${faultOf} submit=${submit}>
      ${report && html`<button type="button" onClick=${() => save(report, "csv")}>Save CSV</button><button type="button" onClick=${() => save(report, "json")}>Save JSON</button>`}
    <//>
    ${!name && html`<${Empty} title="Nothing asked for yet"><p>In the demo, try <a href="#/organization/acme">acme</a>.</p><//>`}
    ${open && !report && html`<${Progress} name=${name} progress=${latest.progress || NOT_YET} stop=${stop} />`}
    ${stopped && !report && html`<${Notice} kind="warn" title="Cancelled"><p>What was fetched is kept: the next time goes on from there.</p><button onClick=${again}>Go on</button><//>`}
    ${problem && html`<${Trouble} problem=${problem} again=${again} askForKey=${askForKey} kept=${report} />`}
    ${report && html`<${OrganizationReport} report=${report} linked=${true} />`}`;
}
