// The shell: which page is shown, the key, the theme.
import { html, render, useCallback, useEffect, useRef, useState } from "./preact.js";
import { keyInUse, useKey } from "./api.js";
import { Explore } from "./explore.js";
import { Organization } from "./organization.js";
import { Overview } from "./overview.js";
import { Usage } from "./usage.js";

const PAGES = [["overview", "Overview"], ["explore", "Explore"], ["organization", "Organization"], ["usage", "Usage"]];
const THEME = "headgate.theme";

function whereWeAre() {
  const [page, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  return { page: PAGES.some(([name]) => name === page) ? page : "overview", rest: rest.join("/") };
}

function go(parts) {
  location.hash = `#/${parts.map((part) => part.split("/").map((each) => encodeURIComponent(each).replaceAll("%2C", ",")).join("/")).join("/")}`;
}

function KeyDialog({ shown, close, changed }) {
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
  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="key-title"><form onSubmit=${submit}>
    <h2 id="key-title">Key of this gateway</h2>
    <p class="small quiet">It is kept in this tab until the tab is closed, and sent with each request to this gateway alone.</p>
    <label class="small">Key<br /><input ref=${field} type="password" name="key" autocomplete="off" required /></label>
    <div class="row">
      ${keyInUse() && html`<button type="button" onClick=${() => { useKey(null); changed(); }}>Forget the key</button>`}
      <button type="button" onClick=${close}>Close</button>
      <button class="main">Use</button>
    </div></form></dialog>`;
}

function nextTheme(theme) {
  return { auto: "light", light: "dark", dark: "auto" }[theme];
}

function themeInUse() {
  return localStorage.getItem(THEME) || "auto";
}

function wear(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event("themechange"));
}

function App() {
  const [where, setWhere] = useState(whereWeAre());
  const [asksForKey, setAsksForKey] = useState(false);
  const [keys, setKeys] = useState(0); // how often the key has changed: what is shown is asked for anew
  const [theme, setTheme] = useState(themeInUse());
  const main = useRef(null);
  useEffect(() => {
    const moved = () => {
      setWhere(whereWeAre());
      main.current?.focus();
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  useEffect(() => {
    wear(theme);
    localStorage.setItem(THEME, theme);
  }, [theme]);
  const title = PAGES.find(([name]) => name === where.page)[1];
  useEffect(() => { document.title = `${where.rest ? `${where.rest} · ` : ""}${title} · Headgate`; }, [title, where.rest]);
  const askForKey = useCallback(() => setAsksForKey(true), []);
  const common = { key: `${where.page} ${keys}`, askForKey, go };
  const page = {
    overview: () => html`<${Overview} ...${common} />`,
    explore: () => html`<${Explore} ...${common} names=${where.rest.split(",").filter(Boolean)} />`,
    organization: () => html`<${Organization} ...${common} name=${where.rest} />`,
    usage: () => html`<${Usage} ...${common} />`,
  }[where.page];
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); main.current.focus(); }}>To the content</a>
    <header class="bar"><div>
      <a class="brand" href="#/overview"><img src="/assets/mark.svg" alt="" width="28" height="28" />Headgate</a>
      <nav aria-label="Pages">${PAGES.map(([name, words]) => html`<a key=${name} href=${`#/${name}`} aria-current=${name === where.page ? "page" : undefined}>${words}</a>`)}</nav>
      <div class="tools">
        <button type="button" onClick=${askForKey}>${keyInUse() ? "Key in use" : "Key"}</button>
        <button type="button" onClick=${() => setTheme(nextTheme(theme))} aria-label=${`Theme: ${theme}. Change it`}>${{ auto: "Auto", light: "Light", dark: "Dark" }[theme]}</button>
      </div>
    </div></header>
    <main id="main" ref=${main} tabindex="-1">${page()}</main>
    <footer><a href="/docs">API</a><a href="/openapi.json">OpenAPI</a><span>Nothing on this page comes from elsewhere.</span></footer>
    <${KeyDialog} shown=${asksForKey} close=${() => setAsksForKey(false)} changed=${() => { setAsksForKey(false); setKeys((before) => before + 1); }} />`;
}

wear(themeInUse());
const place = document.getElementById("app");
place.replaceChildren();
render(html`<${App} />`, place);
