// A report on one repository, part by part.
import { html } from "./preact.js";
import { AgesChart, LanguagesChart, ReleasesChart, WeeksChart } from "./charts.js";
import { brief, count, day, days, percent } from "./format.js";
import { PartState, PartTrouble } from "./notices.js";

function Card({ title, part, wide = false, children }) {
  return html`<section class=${wide ? "card wide" : "card"}>
    <header><h2>${title}</h2><${PartState} part=${part} /></header>
    ${part.value === null ? html`<${PartTrouble} part=${part} />` : children(part.value)}
  </section>`;
}

function Facts({ rows }) {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

export function Signals({ signals }) {
  const kind = { raised: "warn", clear: "good", unknown: "" };
  return html`<ul class="signals">${signals.map(
    (signal) => html`<li key=${signal.name}><span><span class=${`pill ${kind[signal.state]}`}>${signal.state}</span></span>
      <span><strong>${signal.name.replaceAll("_", " ")}</strong><br /><span class="quiet">${signal.detail}</span></span></li>`,
  )}</ul>`;
}

function spread(percentiles) {
  return `${days(percentiles.p50_days)} (quarter ${days(percentiles.p25_days)}, 90 % ${days(percentiles.p90_days)})`;
}

function OpenItems({ title, part, word }) {
  return html`<${Card} title=${title} part=${part}>${(items) => html`
    <${AgesChart} groups=${items.groups} label=${`Ages of ${word}`}
      sentence=${items.sample.size ? `${items.open === null ? "More than the sample" : items.open} ${word}; half are older than ${days(items.ages.p50_days)}, the oldest ${days(items.oldest_days)}.` : `No ${word}.`} />
    ${!items.sample.complete && html`<p class="small quiet">From a sample of ${items.sample.size}: ${items.sample.choice}.</p>`}`}<//>`;
}

export function missing(report) {
  const names = ["languages", "contributors", "releases", "commits", "issues", "pulls", "responses", "community", "runs"];
  return { failed: names.filter((name) => report[name].state === "failed"), stale: ["repository", ...names].filter((name) => report[name].state === "stale") };
}

export function RepositoryReport({ report, headings = true }) {
  const repository = report.repository.value;
  const lacks = missing(report);
  return html`<article aria-label=${`Report on ${report.full_name}`}>
    ${headings && html`<header><h1>${report.full_name}</h1><p class="lead">${repository.description || "No description."}
      ${" "}<span class="small">Reckoned ${report.reckoned_at.slice(0, 16).replace("T", " ")} UTC.</span></p></header>`}
    ${lacks.failed.length > 0 && html`<div class="notice warn"><strong>Partial: ${lacks.failed.length} of 10 parts are missing</strong><p>${lacks.failed.join(", ")}. The rest is complete, and each part says why it is missing.</p></div>`}
    ${lacks.stale.length > 0 && html`<div class="notice warn"><strong>Stale: older than GitHub would have it</strong><p>${lacks.stale.join(", ")}.</p></div>`}
    <div class="grid tiles">
      ${[["Stars", brief(repository.stars)], ["Forks", brief(repository.forks)], ["Open issues and pulls", brief(repository.open_issues)], ["Licence", repository.license || "none"], ["Last push", day(repository.pushed_at)]].map(
        ([name, value]) => html`<div class="card tile" key=${name}><span class="figure">${value}</span><span class="name">${name}</span></div>`,
      )}
    </div>
    <div class="grid">
      <section class="card wide"><header><h2>Signals</h2><span class="small quiet">no score: the numbers are there to judge by</span></header><${Signals} signals=${report.signals} /></section>
      <${Card} title="A year of commits" part=${report.commits} wide=${true}>${(commits) => html`<${WeeksChart} weeks=${commits.weeks} />
        <p class="small quiet">Last 13 weeks: ${count(commits.last_13_weeks)}; the 13 before: ${count(commits.before_13_weeks)}; weeks with a commit: ${commits.active_weeks}.</p>`}<//>
      <${Card} title="Languages" part=${report.languages}>${(languages) => html`<${LanguagesChart} languages=${languages} />`}<//>
      <${Card} title="Contributors" part=${report.contributors}>${(people) => html`
        <p>${people.half_of_commits_by === null ? "Nobody has committed yet." : html`<strong>${people.half_of_commits_by}</strong> of ${count(people.people)}${people.more ? " or more" : ""} made half of ${count(people.commits)} commits.`}</p>
        <ul class="shares">${people.top.slice(0, 6).map((one) => html`<li><span>${one.login || one.name}</span><span class="numbers">${percent(one.share, 1)}</span><meter min="0" max="1" value=${one.share} aria-label=${`Share of ${one.login || one.name}`}></meter></li>`)}</ul>`}<//>
      <${Card} title="Runs on the default branch" part=${report.runs}>${(runs) => html`
        <p>${runs.success_share === null ? "No run has ended lately." : `${percent(runs.success_share)} of ${runs.counted} succeeded.`}</p>
        <ul class="signals brief">${runs.workflows.map((flow) => html`<li><span><span class=${`pill ${{ success: "good", failure: "bad", timed_out: "bad" }[flow.last.conclusion] || ""}`}>${(flow.last.conclusion || flow.last.status || "unknown").replaceAll("_", " ")}</span></span><span>${flow.name} <span class="quiet">${day(flow.last.created_at)}</span></span></li>`)}</ul>`}<//>
      <${Card} title="Releases" part=${report.releases} wide=${true}>${(releases) => html`<${ReleasesChart} releases=${releases} />
        <${Facts} rows=${[["Latest", releases.latest ? `${releases.latest.tag_name}, ${days(releases.days_since_latest)} ago` : "none"], ["From one to the next", spread(releases.between)]]} />`}<//>
      <${OpenItems} title="Open issues" part=${report.issues} word="open issues" />
      <${OpenItems} title="Open pull requests" part=${report.pulls} word="open pull requests" />
      <${Card} title="Response" part=${report.responses}>${(responses) => html`<${Facts} rows=${[
        ["First response (median)", spread(responses.first_response.estimate)],
        ["answered / waiting", `${responses.first_response.done} / ${responses.first_response.waiting}`],
        ["Until closed (median)", spread(responses.close.estimate)],
        ["closed / open", `${responses.close.done} / ${responses.close.waiting}`],
      ]} /><p class="small quiet">Sample of ${responses.sample.size}: ${responses.sample.choice}.</p>`}<//>
      <${Card} title="Community files" part=${report.community} wide=${true}>${(community) => html`<p>GitHub's health figure: <strong>${community.health_percent} %</strong></p>
        <ul class="signals brief">${community.files.map((file) => html`<li><span><span class=${`pill ${file.present ? "good" : ""}`}>${file.present ? "there" : "missing"}</span></span><span>${file.name.replaceAll("_", " ")}</span></li>`)}</ul>`}<//>
    </div>
  </article>`;
}
