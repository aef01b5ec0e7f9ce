// How all is going, live.
import { html } from "./preact.js";
import { useEvents } from "./asking.js";
import { brief, bytes, clock, count, percent, seconds, until } from "./format.js";
import { Empty, Loading, Trouble } from "./notices.js";

const SHOWN = { closed: ["good", "well"], half_open: ["warn", "trying again"], open: ["bad", "left alone"] };

function state(upstream) {
  if (upstream.breaker && upstream.breaker.state !== "closed") return SHOWN[upstream.breaker.state];
  return upstream.reachable ? SHOWN.closed : ["bad", "unreachable"];
}

function Quota({ quota, upstream }) {
  const share = quota.limit ? quota.remaining / quota.limit : 0;
  const reset = quota.reset_at ? `, full again in ${until(quota.reset_at)}` : "";
  return html`<div class="gauge"><div class="words"><span>${quota.resource}</span><span class="numbers quiet">${count(quota.remaining)} of ${count(quota.limit)} left${reset}</span></div>
    <meter min="0" max="1" low="0.25" high="0.5" optimum="1" value=${share} aria-label=${`Quota ${quota.resource} of ${upstream.name}`}>${percent(share)}</meter></div>`;
}

function Upstream({ upstream }) {
  const [kind, word] = state(upstream);
  const rows = [
    ["Latency, median / 95 %", `${seconds(upstream.latency.p50_seconds)} / ${seconds(upstream.latency.p95_seconds)}`],
    ["Requests, repeated", `${count(upstream.requests)}, ${count(upstream.retries)}`],
    ...(upstream.budget ? [["Under way, waiting", `${upstream.budget.in_flight}, ${upstream.budget.waiting}`]] : []),
  ];
  return html`<section class="card" aria-label=${`Upstream ${upstream.name}`}>
    <header><h2>${upstream.name} <span class="small quiet">${upstream.kind}</span></h2><span class=${`pill ${kind}`}>${word}</span></header>
    ${upstream.quotas.length === 0 && html`<p class="quiet small">No quota is known yet.</p>`}
    ${upstream.quotas.map((quota) => html`<${Quota} key=${quota.resource} quota=${quota} upstream=${upstream} />`)}
    <dl class="facts small">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    ${upstream.budget?.blocked.map((blocked) => html`<p class="small">${blocked.resource} rests until ${clock(blocked.until)}.</p>`)}
    ${upstream.last_error && html`<p class="small quiet">Last error at ${clock(upstream.last_error.at)}: ${upstream.last_error.detail}</p>`}
  </section>`;
}

export function Overview({ askForKey }) {
  const { latest, problem, open, again } = useEvents("/api/v1/overview", true);
  const now = latest.overview;
  if (!now) {
    if (problem) return html`<h1>Overview</h1><${Trouble} problem=${problem} again=${again} askForKey=${askForKey} />`;
    return html`<h1>Overview</h1><${Loading} what="the state of the gateway" />`;
  }
  const day = now.last_day;
  const tiles = [
    ["Hit ratio, last day", percent(day.hit_ratio)],
    ["Points saved, last day", brief(day.saved_points)],
    ["Points spent, last day", brief(day.points)],
    ["Requests, last hour", brief(now.last_hour.requests)],
    ["Kept in the cache", count(now.cache.entries)],
  ];
  return html`<header><h1>Overview</h1>
      <p class="lead">${now.only_caller ? `What ${now.only_caller} used, and how the upstreams are.` : "What all callers used, and how the upstreams are."}
        ${" "}<span class=${`pill ${open ? "good" : "warn"}`}>${open ? "live" : "not live"}</span> <span class="small numbers">as of ${clock(now.at)}</span></p></header>
    ${problem && html`<${Trouble} problem=${problem} again=${again} askForKey=${askForKey} />`}
    <div class="grid tiles">${tiles.map(([name, value]) => html`<div class="card tile" key=${name}><span class="figure">${value}</span><span class="name">${name}</span></div>`)}</div>
    ${day.requests === 0 && html`<${Empty} title="Nobody has asked for anything yet"><p>Point a client at this gateway, or look at a repository under <a href="#/explore">Explore</a>.</p><//>`}
    <div class="grid">${now.upstreams.map((upstream) => html`<${Upstream} key=${upstream.name} upstream=${upstream} />`)}</div>
    <p class="small quiet">Cache: ${now.cache.store}, ${bytes(now.cache.bytes)} of ${bytes(now.cache.max_bytes)}, ${count(now.cache.evictions)} evicted${now.cache.degraded ? `; ${now.cache.degraded}` : ""}.
      Failed requests in the last day: ${count(day.failed_requests)}. Version ${now.version}.</p>`;
}
