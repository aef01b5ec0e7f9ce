// One field that says what a report is wanted of.
import { html, useState } from "./preact.js";

// `wanted`: what the field begins with. `check(text)` gives a fault in words, or "". More buttons are its children.
// Whoever shows it gives it a key: with another name it is another form, and what is being typed is never replaced.
export function AskForm({ name, label, wanted, placeholder, check, submit, children }) {
  const [text, setText] = useState(wanted);
  const [fault, setFault] = useState("");
  const asked = (event) => {
    event.preventDefault();
    const found = check(text);
    setFault(found);
    if (!found) submit(text);
  };
  const id = `${name}-fault`;
  return html`<form class="ask" onSubmit=${asked} role="search">
    <label>${label}<input name=${name} value=${text} onInput=${(event) => setText(event.target.value)} placeholder=${placeholder}
      autocomplete="off" autocapitalize="off" spellcheck=${false} aria-invalid=${fault ? "true" : undefined} aria-describedby=${fault ? id : undefined} /></label>
    <button class="main">Report</button>
    ${children}
    ${fault && html`<p id=${id} role="alert" class="fault">${fault}</p>`}
  </form>`;
}
