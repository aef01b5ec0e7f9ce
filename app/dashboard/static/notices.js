// The states that something can be in other than well, each said in words.
import { html, useEffect, useState } from "./preact.js";
import { seconds } from "./format.js";

export function Notice({ kind = "", title, children }) {
  const role = kind === "bad" ? "alert" : "status";
  return html`<div class=${`notice ${kind}`} role=${role}><strong>${title}</strong>${children}</div>`;
}

export function Loading({ what }) {
  return html`<${Notice} kind="wait" title=${`Loading ${what} …`} />`;
}

export function Empty({ title, children }) {
  return html`<div class="notice"><strong>${title}</strong>${children}</div>`;
}

// A refusal or a failure, and what can be done about it.
export function Trouble({ problem, again, askForKey }) {
  if (problem.status === 401) {
    return html`<${Notice} kind="warn" title="This gateway asks for a key">
      <p>${problem.message}</p><button class="main" onClick=${askForKey}>Enter a key</button>
    <//>`;
  }
  if (problem.status === 403) {
    return html`<${Notice} kind="warn" title="Not with this key">
      <p>${problem.message}</p><button onClick=${askForKey}>Use another key</button>
    <//>`;
  }
  if (problem.status === 429) return html`<${Limited} problem=${problem} again=${again} />`;
  const title = problem.status === 404 ? "Not found" : problem.status === 400 ? "That cannot be asked" : problem.status === 0 ? "No connection" : "This failed";
  return html`<${Notice} kind="bad" title=${title}>
    <p>${problem.message}</p>
    ${problem.code && html`<p class="small quiet">code <code>${problem.code}</code></p>`}
    ${again && problem.status !== 404 && problem.status !== 400 && html`<button onClick=${again}>Try again</button>`}
  <//>`;
}

function Limited({ problem, again }) {
  const [left, setLeft] = useState(problem.retryAfterSeconds);
  useEffect(() => {
    const timer = setInterval(() => setLeft((before) => (before === null ? null : Math.max(0, before - 1))), 1000);
    return () => clearInterval(timer);
  }, [problem]);
  const estimate = problem.body.estimate;
  return html`<div class="notice warn"><strong>Limited</strong>
    <p role="status">${problem.message}</p>
    ${estimate && html`<p class="small quiet">About ${estimate.points_expected} points for ${estimate.repositories} repositories; ${estimate.points_left} are left.</p>`}
    ${left !== null && html`<p class="numbers">${left > 0 ? `Again in ${seconds(left)}` : "It can be asked again."}</p>`}
    ${again && html`<button onClick=${again} disabled=${left !== null && left > 0 && left < 86400}>Try again</button>`}
  </div>`;
}

// The state of one part of a report; nothing where all is well.
export function PartState({ part }) {
  if (part.state === "stale") {
    return html`<span class="pill warn" title=${`As of ${part.as_of}`}>stale</span>`;
  }
  return part.state === "failed" ? html`<span class="pill bad">failed</span>` : null;
}

export function PartTrouble({ part }) {
  const wait = part.problem.retry_after_seconds;
  return html`<div class="notice bad"><strong>This part is missing</strong>
    <p>${part.problem.detail}</p>
    ${wait !== null && html`<p class="small quiet">Worth asking again in ${seconds(wait)}.</p>`}
  </div>`;
}
