// The states that something can be in other than well, each said in words.
import { html, useEffect, useState } from "./preact.js";
import { clock, count, day, seconds } from "./format.js";
import { Icon } from "./shapes.js";

const ICON_OF = { bad: "bad", warn: "warn" };

export function Notice({ kind = "", title, children, live = true }) {
  const role = live ? (kind === "bad" ? "alert" : "status") : undefined;
  return html`<div class=${`notice ${kind}`} role=${role}>${ICON_OF[kind] && html`<${Icon} kind=${ICON_OF[kind]} />`}<div><strong>${title}</strong>${children}</div></div>`;
}

// What is coming has a place already, so that nothing jumps.
export function Loading({ what }) {
  return html`<${Notice} kind="wait" title=${`Loading ${what} …`} />
    <div class="bones" aria-hidden="true"><div class="card"></div><div class="card"></div><div class="card"></div></div>`;
}

export function Empty({ title, children }) {
  return html`<${Notice} title=${title} live=${false}>${children}<//>`;
}

// A refusal or a failure, and what can be done about it. `kept`: what is shown below is from before.
export function Trouble({ problem, again, askForKey, kept }) {
  if (problem.status === 401) return html`<${NoKey} problem=${problem} askForKey=${askForKey} />`;
  if (problem.status === 403) {
    return html`<${Notice} kind="warn" title=${problem.code === "operators_only" ? "This needs an operator's key" : "Not with this key"}>
      <p>${problem.message}</p><button onClick=${() => askForKey()}>Use another key</button><//>`;
  }
  if (problem.status === 429) return html`<${Limited} problem=${problem} again=${again} />`;
  const title = { 0: "No connection", 400: "That cannot be asked", 404: "Not found" }[problem.status] || "This failed";
  return html`<${Notice} kind="bad" title=${title}>
    <p>${problem.message}${kept ? " What is shown below is from before." : ""}</p>
    ${problem.code && html`<p class="small quiet">code <code>${problem.code}</code></p>`}
    ${again && problem.status !== 404 && problem.status !== 400 && html`<button onClick=${again}>Try again</button>`}<//>`;
}

function NoKey({ problem, askForKey }) {
  useEffect(() => askForKey(true), []);
  return html`<${Notice} kind="warn" title="This gateway asks for a key">
    <p>${problem.message}</p><button class="main" onClick=${() => askForKey()}>Enter a key</button><//>`;
}

// The seconds that go by are not read out: they stand outside of what is live.
function Limited({ problem, again }) {
  const [left, setLeft] = useState(problem.retryAfterSeconds);
  useEffect(() => {
    setLeft(problem.retryAfterSeconds);
    const timer = setInterval(() => setLeft((before) => (before === null ? null : Math.max(0, before - 1))), 1000);
    return () => clearInterval(timer);
  }, [problem]);
  const { estimate } = problem.body;
  return html`<${Notice} kind="warn" title="Limited" live=${false}>
    <p role="status">${problem.message}</p>
    ${estimate && html`<p>About ${count(estimate.points_expected)} points for ${count(estimate.repositories)} repositories; ${count(estimate.points_left)} are left.
      ${estimate.possible_at ? ` There will be enough at ${day(estimate.possible_at)} ${clock(estimate.possible_at)}.` : ""}</p>`}
    ${left !== null && html`<p class="numbers">${left > 0 ? `Again in ${seconds(left)}` : "It can be asked again."}</p>`}
    ${again && html`<button onClick=${again} disabled=${left !== null && left > 0 && left < 86400}>Try again</button>`}<//>`;
}

// The state of one part of a report; nothing where all is well.
export function PartState({ part }) {
  if (part.state === "stale") return html`<span class="pill warn">stale${part.as_of ? `, as of ${day(part.as_of)} ${clock(part.as_of)}` : ""}</span>`;
  return part.state === "failed" ? html`<span class="pill bad">failed</span>` : null;
}

export function PartTrouble({ part }) {
  const wait = part.problem.retry_after_seconds;
  return html`<${Notice} kind="bad" title="This part is missing" live=${false}>
    <p>${part.problem.detail}</p>
    ${wait !== null && html`<p class="small quiet">Worth asking again in ${seconds(wait)}.</p>`}<//>`;
}

// Where an answer came from, discreetly.
export function Answered({ answer }) {
  const from = answer.cache.includes("; hit") ? `Answered from what is kept${answer.age === null ? "" : `, ${seconds(Number(answer.age))} old`}.` : "Upstream was asked just now.";
  return html`<p class="small quiet numbers">${from} <button type="button" class="plain" onClick=${answer.again} disabled=${answer.loading}>Ask again</button></p>`;
}
