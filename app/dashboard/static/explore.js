// A repository, or several side by side.
import { html, useEffect, useState } from "./preact.js";
import { useAnswer } from "./asking.js";
import { Comparison } from "./compare_view.js";
import { Empty, Loading, Trouble } from "./notices.js";
import { RepositoryReport } from "./report_view.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9._-]+$/;

function pathOf(names) {
  if (names.length === 0) return null;
  const encoded = names.map((name) => name.split("/").map(encodeURIComponent).join("/"));
  return names.length === 1 ? `/api/v1/repos/${encoded[0]}/report` : `/api/v1/compare?repos=${encoded.join(",")}`;
}

export function Explore({ names, go, askForKey }) {
  const [text, setText] = useState(names.join(", "));
  const [fault, setFault] = useState("");
  useEffect(() => setText(names.join(", ")), [names.join(",")]);
  const answer = useAnswer(pathOf(names));
  const submit = (event) => {
    event.preventDefault();
    const wanted = text.split(/[\s,]+/).filter(Boolean);
    const wrong = wanted.find((name) => !NAME.test(name));
    if (wanted.length === 0) return setFault("Name a repository, such as acme/rocket.");
    if (wrong) return setFault(`${wrong} is no owner/name.`);
    if (wanted.length > 10) return setFault("Ten repositories at most.");
    setFault("");
    if (wanted.join(",") === names.join(",")) answer.again();
    else go(["explore", wanted.join(",")]);
  };
  return html`
    ${!answer.body && html`<h1>${names.join(" · ") || "Explore"}</h1>`}
    ${names.length === 0 && html`<p class="lead">One repository: a report on it. Several, with commas between: the same numbers side by side.</p>`}
    <form class="ask" onSubmit=${submit} role="search">
      <label>Repositories, owner/name<input name="repositories" value=${text} onInput=${(event) => setText(event.target.value)} placeholder="acme/rocket, acme/booster" autocomplete="off" spellcheck=${false} aria-invalid=${fault ? "true" : undefined} aria-describedby=${fault ? "explore-fault" : undefined} /></label>
      <button class="main">Report</button>
      ${fault && html`<p id="explore-fault" role="alert" class="small">${fault}</p>`}
    </form>
    ${names.length === 0 && html`<${Empty} title="Nothing asked for yet"><p>Try <a href="#/explore/acme/rocket">acme/rocket</a> or <a href="#/explore/acme/rocket,acme/booster">acme/rocket, acme/booster</a> in the demo.</p><//>`}
    ${answer.loading && !answer.body && html`<${Loading} what=${names.join(", ")} />`}
    ${answer.problem && html`<${Trouble} problem=${answer.problem} again=${answer.again} askForKey=${askForKey} />`}
    ${answer.body && (answer.body.measures ? html`<${Comparison} comparison=${answer.body} />` : html`<${RepositoryReport} report=${answer.body} />`)}
    ${answer.body && html`<p class="small quiet">${answer.cache.includes("; hit") ? `Answered from the cache, ${answer.age} s old.` : "GitHub was asked just now."}</p>`}`;
}
