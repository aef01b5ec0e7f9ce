// A report on one repository, part by part.
import { html } from "./preact.js";
import { AgesChart, LanguagesChart, ReleasesChart, WeeksChart } from "./charts.js";
import { ago, brief, count, day, days, moment, percent, words } from "./format.js";
import { Notice, PartState, PartTrouble } from "./notices.js";
import { Channel, Icon } from "./shapes.js";
import { Strip } from "./table.js";

const ENDED_WELL = { success: "good", failure: "bad", timed_out: "bad", startup_failure: "bad" };
const SIGNAL_ICON = { raised: "warn", clear: "good", unknown: "none" };
const SIGNAL_GROUPS = [["raised", "Raised"], ["unknown", "Not known"], ["clear", "Clear"]];
const PARTS = ["languages", "contributors", "releases", "commits", "issues", "pulls", "responses", "community", "runs"];

function Card({ title, part, span = 4, children }) {
  return html`<section class=${`card span-${span}`}>
    <header><h2>${title}</h2><${PartState} part=${part} /></header>
    ${part.value === null ? html`<${PartTrouble} part=${part} />` : children(part.value)}
  </section>`;
}

function Facts({ rows }) {
  return html`<dl class="facts">${rows.map(([name, value, more]) => html`<div key=${name}><dt>${name}</dt><dd>${value}${more && html`<span class="small quiet">${more}</span>`}</dd></div>`)}</dl>`;
}

// A way out of the page; what upstream has written there leads nowhere else than to a web page.
export function Outside({ url, children }) {
  return /^https?:\/\//.test(url || "") ? html`<a href=${url} rel="noreferrer">${children}</a>` : children;
}

export function Signals({ signals }) {
  return html`<div class="signals">${SIGNAL_GROUPS.map(([state, title]) => {
    const some = signals.filter((signal) => signal.state === state);
    return some.length > 0 && html`<div class=${state} key=${state}><h3>${title} <span class="quiet numbers">${some.length}</span></h3>
      <ul>${some.map((signal) => html`<li key=${signal.name}><${Icon} kind=${SIGNAL_ICON[state]} /><span><strong>${words(signal.name)}</strong> <span class="quiet">${signal.detail}</span></span></li>`)}</ul></div>`;
  })}</div>`;
}

function spread(percentiles) {
  return [days(percentiles.p50_days), percentiles.p50_days === null ? null : `a quarter within ${days(percentiles.p25_days)}${percentiles.p90_days === null ? "" : `, 90 % within ${days(percentiles.p90_days)}`}`];
}

function OpenItems({ title, part, word }) {
  const sentence = (items) => `${items.open === null ? `More than ${items.sample.size}` : count(items.open)} ${word}; half are older than ${days(items.ages.p50_days)}, the oldest ${days(items.oldest_days)}.`;
  return html`<${Card} title=${title} part=${part} span=${6}>${(items) => html`
    ${items.sample.size === 0 ? html`<p class="quiet">No ${word}.</p>` : html`<${AgesChart} groups=${items.groups} label=${`Ages of ${word}`} sentence=${sentence(items)} />`}
    ${!items.sample.complete && html`<p class="small quiet">From a sample of ${items.sample.size}: ${items.sample.choice}.</p>`}`}<//>`;
}

function People({ people }) {
  if (people.half_of_commits_by === null) return html`<p class="quiet">Nobody has committed yet.</p>`;
  const most = people.top[0]?.share || 1;
  return html`<p><strong class="figure">${people.half_of_commits_by}</strong> of ${count(people.people)}${people.more ? " or more" : ""} made half of ${count(people.commits)} commits.</p>
    <ul class="shares">${people.top.slice(0, 6).map((one) => html`<li><span>${one.login || one.name}</span><span class="numbers">${percent(one.share, 1)}</span><${Channel} thin=${true} parts=${[[one.share / most, "kept"]]} /></li>`)}</ul>`;
}

function Flows({ runs }) {
  return html`<p>${runs.success_share === null ? "No run has ended lately." : html`<strong class="figure">${percent(runs.success_share)}</strong> of ${runs.counted} runs succeeded.`}</p>
    <ul class="marked">${runs.workflows.map((flow) => {
      const end = flow.last.conclusion || flow.last.status || "unknown";
      return html`<li key=${flow.name}><${Icon} kind=${ENDED_WELL[flow.last.conclusion] || "none"} /><span><${Outside} url=${flow.last.html_url}>${flow.name}<//> <span class="quiet">${words(end)}, ${day(flow.last.created_at)}</span></span></li>`;
    })}</ul>`;
}

function Answers({ responses }) {
  const { first_response: first, close, sample } = responses;
  return html`<${Facts} rows=${[
    ["First response, median", ...spread(first.estimate)],
    ["Answered, waiting", `${count(first.done)}, ${count(first.waiting)}`],
    ["Until closed, median", ...spread(close.estimate)],
    ["Closed, open", `${count(close.done)}, ${count(close.waiting)}`],
  ]} /><p class="small quiet">Sample of ${sample.size}: ${sample.choice}.</p>`;
}

function Head({ report, repository }) {
  const traits = [repository.archived && "archived", repository.fork && "fork", repository.visibility !== "public" && repository.visibility, ...repository.topics.slice(0, 6)].filter(Boolean);
  return html`<div class="top"><h1><${Outside} url=${repository.html_url}>${report.full_name}<//></h1>
    <p class="lead">${repository.description || "No description."}</p>
    ${traits.length > 0 && html`<ul class="chips">${traits.map((each) => html`<li key=${each}>${each}</li>`)}</ul>`}
    <p class="small quiet numbers">Reckoned ${moment(report.reckoned_at)}</p></div>`;
}

export function RepositoryReport({ report }) {
  const repository = report.repository.value;
  const failed = PARTS.filter((name) => report[name].state === "failed");
  const stale = ["repository", ...PARTS].filter((name) => report[name].state === "stale");
  return html`<article aria-label=${`Report on ${report.full_name}`}>
    <${Head} report=${report} repository=${repository} />
    ${failed.length > 0 && html`<${Notice} kind="warn" title=${`Partial: ${failed.length} of ${PARTS.length + 1} parts ${failed.length === 1 ? "is" : "are"} missing`}><p>${failed.join(", ")}. The rest is there, and each part says why it is missing.</p><//>`}
    ${stale.length > 0 && html`<${Notice} kind="warn" title="Stale: older than GitHub would have it"><p>${stale.join(", ")}.</p><//>`}
    <${Strip} figures=${[
      ["Stars", brief(repository.stars)],
      ["Forks", brief(repository.forks)],
      ["Open issues and pulls", brief(repository.open_issues)],
      ["Licence", repository.license || "none"],
      ["Last push", ago(repository.pushed_at, Date.parse(report.reckoned_at))],
    ]} />
    <div class="grid">
      <section class="card span-12"><header><h2>Signals</h2><span class="small quiet">no score: the numbers are there to judge by</span></header><${Signals} signals=${report.signals} /></section>
      <${Card} title="A year of commits" part=${report.commits} span=${8}>${(commits) => html`<${WeeksChart} weeks=${commits.weeks} />
        <p class="small quiet">The last 13 weeks, in full colour: ${count(commits.last_13_weeks)}; the 13 before: ${count(commits.before_13_weeks)}. Weeks with a commit: ${commits.active_weeks}.</p>`}<//>
      <${Card} title="Languages" part=${report.languages}>${(languages) => html`<${LanguagesChart} languages=${languages} />`}<//>
      <${Card} title="Contributors" part=${report.contributors}>${(people) => html`<${People} people=${people} />`}<//>
      <${Card} title="Response" part=${report.responses}>${(responses) => html`<${Answers} responses=${responses} />`}<//>
      <${Card} title="Runs on the default branch" part=${report.runs}>${(runs) => html`<${Flows} runs=${runs} />`}<//>
      <${OpenItems} title="Open issues" part=${report.issues} word="open issues" />
      <${OpenItems} title="Open pull requests" part=${report.pulls} word="open pull requests" />
      <${Card} title="Releases" part=${report.releases} span=${8}>${(releases) => html`<${ReleasesChart} releases=${releases} />
        <${Facts} rows=${[
          ["Latest", releases.latest ? html`<${Outside} url=${releases.latest.html_url}>${releases.latest.tag_name}<//>` : "none", releases.latest && `${days(releases.days_since_latest)} ago`],
          ["From one to the next, median", ...spread(releases.between)],
        ]} />`}<//>
      <${Card} title="Community files" part=${report.community}>${(community) => html`<p><strong class="figure">${community.health_percent} %</strong> by GitHub's own figure.</p>
        <ul class="marked">${community.files.map((file) => html`<li key=${file.name}><${Icon} kind=${file.present ? "good" : "none"} /><span>${words(file.name)}${!file.present && html` <span class="quiet">missing</span>`}</span></li>`)}</ul>`}<//>
    </div>
  </article>`;
}
