// The key: asked for in a dialog, kept in the tab alone.
import { html, useEffect, useRef } from "./preact.js";
import { keyInUse, useKey } from "./api.js";

export function KeyDialog({ shown, close, changed }) {
  const dialog = useRef(null);
  const field = useRef(null);
  useEffect(() => {
    if (shown && !dialog.current.open) dialog.current.showModal();
    if (!shown && dialog.current.open) dialog.current.close();
  }, [shown]);
  const submit = (event) => {
    event.preventDefault();
    useKey(field.current.value.trim());
    field.current.value = "";
    changed();
  };
  const forget = () => {
    useKey(null);
    changed();
  };
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="key-title"><form onSubmit=${submit}>
    <h2 id="key-title">Key of this gateway</h2>
    <p class="small quiet">It stays in this tab until the tab is closed, and is sent to this gateway alone.
      ${" "}Whoever runs the gateway makes one with <code>headgate keys create</code>.</p>
    <label class="small">Key<input ref=${field} type="password" name="key" autocomplete="off" spellcheck=${false} required /></label>
    <div class="row">
      ${keyInUse() && html`<button type="button" onClick=${forget}>Forget the key</button>`}
      <button type="button" onClick=${close}>Close</button>
      <button class="main">Use</button>
    </div></form></dialog>`;
}
