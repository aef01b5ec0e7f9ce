// A repository, or several side by side.
import { html } from "./preact.js";
import { AskForm } from "./ask_form.js";
import { useAnswer } from "./asking.js";
import { Comparison } from "./compare_view.js";
import { Answered, Empty, Loading, Trouble } from "./notices.js";
import { RepositoryReport } from "./report_view.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9._-]+$/;

// An address of a page is taken, too: that is what people have at hand.
function namesIn(text) {
  const plain = (name) => name.replace(/^https?:\/\/[^/]+\//, "").replace(/(\.git)?\/?$/, "");
  return [...new Set(text.split(/[\s,]+/).filter(Boolean).map(plain))];
}

function faultOf(text) {
  const names = namesIn(text);
  const wrong = names.find((name) => !NAME.test(name));
  if (names.length === 0) return "Name a repository, such as acme/rocket.";
  if (wrong !== undefined) return `${wrong} is no owner/name.`;
  return names.length > 10 ? "Ten repositories at most." : "";
}

function pathOf(names) {
  if (names.length === 0) return null;
  const encoded = names.map((name) => name.split("/").map(encodeURIComponent).join("/"));
  return names.length === 1 ? `/api/v1/repos/${encoded[0]}/report` : `/api/v1/compare?repos=${encoded.join(",")}`;
}

export function Explore({ names, go, askForKey }) {
  const answer = useAnswer(pathOf(names));
  const report = answer.body;
  const submit = (text) => {
    const wanted = namesIn(text).join(",");
    if (wanted === names.join(",")) answer.again();
    else go(["explore", wanted]);
  };
  return html`
    ${!report && html`<div class="top"><h1>${names.join(" · ") || "Explore"}</h1>
      ${names.length === 0 && html`<p class="lead">One repository: a report on it. Several, with commas between: the same numbers side by side.</p>`}</div>`}
    <${AskForm} key=${names.join(",")} name="repositories" label="Repositories, owner/name" wanted=${names.join(", ")}
      placeholder="acme/rocket, acme/booster" check=${faultOf} submit=${submit} />
    ${names.length === 0 && html`<${Empty} title="Nothing asked for yet">
      <p>In the demo, try <a href="#/explore/acme/rocket">acme/rocket</a>, or <a href="#/explore/acme/rocket,acme/booster">acme/rocket and acme/booster</a> side by side.</p><//>`}
    ${answer.loading && !report && html`<${Loading} what=${names.join(", ")} />`}
    ${answer.problem && html`<${Trouble} problem=${answer.problem} again=${answer.again} askForKey=${askForKey} kept=${report} />`}
    ${report && (report.measures ? html`<${Comparison} comparison=${report} linked=${true} />` : html`<${RepositoryReport} report=${report} />`)}
    ${report && html`<${Answered} answer=${answer} />`}`;
}
