// How all is going, live.
import { html } from "./preact.js";
import { useEvents } from "./asking.js";
import { brief, bytes, clock, count, percent, seconds, until, words } from "./format.js";
import { Empty, Loading, Trouble } from "./notices.js";
import { Basin, Channel, level } from "./shapes.js";

const SHOWN = { closed: ["good", "well"], half_open: ["warn", "trying again"], open: ["bad", "left alone"] };
const LOW_WORDS = { good: "", low: ", low", empty: ", nearly used up" };

function stateOf(upstream) {
  if (upstream.breaker && upstream.breaker.state !== "closed") return SHOWN[upstream.breaker.state];
  return upstream.reachable ? SHOWN.closed : ["bad", "unreachable"];
}

function Quota({ quota, upstream }) {
  const share = quota.limit ? quota.remaining / quota.limit : 0;
  const left = `${count(quota.remaining)} of ${count(quota.limit)} left`;
  const reset = quota.reset_at ? `full again in ${until(quota.reset_at)}` : "";
  return html`<li>
    <${Basin} share=${share} label=${`Quota ${quota.resource} of ${upstream.name}`} words=${left} />
    <div><strong>${words(quota.resource)}</strong>
      <span class="numbers">${brief(quota.remaining)}<span class="quiet"> of ${brief(quota.limit)}${quota.remaining === 0 ? ", used up" : LOW_WORDS[level(share)]}</span></span>
      <span class="small quiet numbers">${reset}</span></div>
  </li>`;
}

function Upstream({ upstream, used }) {
  const [kind, word] = stateOf(upstream);
  const { latency, budget, breaker } = upstream;
  const facts = [
    ["Answered here, last day", percent(used ? used.hit_ratio : null)],
    ["Points saved, last day", count(used ? used.saved_points : null)],
    ["Latency, median", seconds(latency.p50_seconds)],
    ["95 % within", seconds(latency.p95_seconds)],
    ["Sent", count(upstream.requests)],
    ["Repeated", count(upstream.retries)],
    ...(budget ? [["Under way", count(budget.in_flight)], ["Waiting", count(budget.waiting)]] : []),
  ];
  return html`<section class="card upstream" aria-label=${`Upstream ${upstream.name}`}>
    <header><h2>${upstream.name} <span class="small quiet">${new URL(upstream.base_url).host}</span></h2><span class=${`pill ${kind}`}>${word}</span></header>
    ${upstream.quotas.length === 0
      ? html`<p class="quiet">No quota is known yet: it shows with the first reply.</p>`
      : html`<ul class="basins">${upstream.quotas.map((quota) => html`<${Quota} key=${quota.resource} quota=${quota} upstream=${upstream} />`)}</ul>`}
    <dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${budget?.blocked.map((blocked) => html`<p class="small">${words(blocked.resource)} rests until ${clock(blocked.until)}.</p>`)}
    ${breaker?.retry_at && html`<p class="small">It is asked again at ${clock(breaker.retry_at)}.</p>`}
    ${upstream.last_error && html`<p class="small quiet">Last error, ${clock(upstream.last_error.at)}: ${upstream.last_error.detail}</p>`}
  </section>`;
}

function Flow({ hour, day }) {
  const hit = day.hit_ratio;
  const rows = [
    ["Requests", "requests", count],
    ["Answered here", "hit_ratio", percent],
    ["Points saved", "saved_points", count],
    ["Points spent", "points", count],
    ["Sent upstream", "upstream_requests", count],
    ["Failed", "failed_requests", count],
  ];
  return html`<section class="card flow" aria-labelledby="flow-title">
    <div><h2 id="flow-title">Through the gate, last day</h2>
      <p class="huge">${percent(hit)} <span>answered here</span></p>
      <${Channel} parts=${hit === null ? [] : [[hit, "kept"], [1 - hit, "fetched"]]} />
      <ul class="legend"><li class="kept">From what is kept, or with somebody else's</li><li class="fetched">Fetched upstream${hit === null ? "" : `, ${percent(1 - hit)}`}</li></ul>
      <p class="quiet">${day.saved_points > 0 ? `The cache has saved ${count(day.saved_points)} points of quota${day.saved_percent === null ? "" : `, ${Math.round(day.saved_percent)} % of what this would have cost`}.` : "Nothing was saved yet: it is what is asked for twice that saves."}</p>
    </div>
    <table><caption class="hidden">Usage of the last hour and of the last day</caption>
      <thead><tr><td></td><th scope="col" class="number">Last hour</th><th scope="col" class="number">Last day</th></tr></thead>
      <tbody>${rows.map(([title, name, shown]) => html`<tr key=${name}><th scope="row">${title}</th><td class="number">${shown(hour[name])}</td><td class="number">${shown(day[name])}</td></tr>`)}</tbody>
    </table>
  </section>`;
}

function Cache({ cache }) {
  const share = cache.max_bytes ? cache.bytes / cache.max_bytes : 0;
  return html`<section class="card" aria-labelledby="cache-title">
    <header><h2 id="cache-title">Cache</h2><span class="small quiet">${cache.store === "disk" ? "on disk" : "in memory"}, ${cache.scope === "machine" ? "shared by all workers" : "this worker's own"}</span></header>
    <${Channel} parts=${[[share, "kept"]]} thin=${true} />
    <dl class="facts">
      <div><dt>Kept</dt><dd>${count(cache.entries)}</dd></div>
      <div><dt>Taken</dt><dd>${bytes(cache.bytes)}</dd></div>
      <div><dt>Of</dt><dd>${bytes(cache.max_bytes)}</dd></div>
      <div><dt>Evicted</dt><dd>${count(cache.evictions)}</dd></div>
    </dl>
    ${cache.degraded && html`<p class="small">${cache.degraded}</p>`}
  </section>`;
}

export function Overview({ askForKey }) {
  const { latest, problem, open, again } = useEvents("/api/v1/overview", true);
  const now = latest.overview;
  const trouble = problem && html`<${Trouble} problem=${problem} again=${again} askForKey=${askForKey} kept=${now} />`;
  if (!now) return html`<div class="top"><h1>Overview</h1></div>${trouble || html`<${Loading} what="the state of the gateway" />`}`;
  return html`<div class="top"><h1>Overview</h1>
      <p class="status"><span class=${`pill ${open ? "good" : "warn"}`}>${open ? "live" : "not live"}</span><span class="small quiet numbers">as of ${clock(now.at)} · version ${now.version}</span></p>
      <p class="lead">${now.only_caller ? `What ${now.only_caller} used, and how the upstreams are.` : "What all callers used, and how the upstreams are."}</p></div>
    ${trouble}
    ${now.last_day.requests === 0 && html`<${Empty} title="Nobody has asked for anything yet"><p>Point a client at this gateway, or look at a repository under <a href="#/explore">Explore</a>.</p><//>`}
    <div class="stack">
      <${Flow} hour=${now.last_hour} day=${now.last_day} />
      <div class="upstreams">${now.upstreams.map((upstream) => html`<${Upstream} key=${upstream.name} upstream=${upstream} used=${now.upstreams_last_day.find((one) => one.name === upstream.name)} />`)}</div>
      <${Cache} cache=${now.cache} />
    </div>`;
}
