// The shell: which page is shown, the key, the theme.
import { html, render, useCallback, useEffect, useRef, useState } from "./preact.js";
import { keyInUse } from "./api.js";
import { Explore } from "./explore.js";
import { KeyDialog } from "./key_dialog.js";
import { Organization } from "./organization.js";
import { Overview } from "./overview.js";
import { Usage } from "./usage.js";

const PAGES = [["overview", "Overview"], ["explore", "Explore"], ["organization", "Organization"], ["usage", "Usage"]];
const NEXT_THEME = { auto: "light", light: "dark", dark: "auto" };

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // somebody typed a lone % there
  }
}

function whereWeAre() {
  const [page, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  return { page: PAGES.some(([name]) => name === page) ? page : "overview", rest: rest.join("/") };
}

function go(parts) {
  const encoded = (part) => part.split("/").map((each) => encodeURIComponent(each).replaceAll("%2C", ",")).join("/");
  location.hash = `#/${parts.map(encoded).join("/")}`;
}

function Bar({ page, askForKey }) {
  const [theme, setTheme] = useState(headgateTheme.chosen());
  const turn = () => {
    headgateTheme.choose(NEXT_THEME[theme]);
    setTheme(NEXT_THEME[theme]);
  };
  return html`<header class="bar"><div>
    <a class="brand" href="#/overview"><img src=${new URL("./mark.svg", import.meta.url).href} alt="" width="32" height="32" />Headgate</a>
    <nav aria-label="Pages">${PAGES.map(
      ([name, words]) => html`<a key=${name} href=${`#/${name}`} aria-current=${name === page ? "page" : undefined}>${words}</a>`,
    )}</nav>
    <div class="tools">
      <button type="button" onClick=${() => askForKey()}>${keyInUse() ? "Key in use" : "Key"}</button>
      <button type="button" onClick=${turn} aria-label=${`Theme: ${theme}. Change it`}>${{ auto: "Auto", light: "Light", dark: "Dark" }[theme]}</button>
    </div>
  </div></header>`;
}

function App() {
  const [where, setWhere] = useState(whereWeAre());
  const [asksForKey, setAsksForKey] = useState(false);
  const [keys, setKeys] = useState(0); // how often the key has changed: what is shown is asked for anew
  const main = useRef(null);
  const unasked = useRef(true);
  useEffect(() => {
    const moved = () => {
      setWhere(whereWeAre());
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  const title = PAGES.find(([name]) => name === where.page)[1];
  useEffect(() => {
    document.title = `${where.rest ? `${where.rest} · ` : ""}${title} · Headgate`;
  }, [title, where.rest]);
  // By itself the dialog comes once: who has closed it wants to read, or has no key.
  const askForKey = useCallback((byItself = false) => {
    if (byItself && !unasked.current) return;
    unasked.current = false;
    setAsksForKey(true);
  }, []);
  const common = { key: `${where.page} ${keys}`, askForKey, go };
  const page = {
    overview: () => html`<${Overview} ...${common} />`,
    explore: () => html`<${Explore} ...${common} names=${where.rest.split(",").filter(Boolean)} />`,
    organization: () => html`<${Organization} ...${common} name=${where.rest} />`,
    usage: () => html`<${Usage} ...${common} />`,
  }[where.page];
  const skip = (event) => {
    event.preventDefault(); // the hash names a page
    main.current.focus();
  };
  const changed = () => {
    setAsksForKey(false);
    setKeys((before) => before + 1);
  };
  return html`
    <a class="skip" href="#main" onClick=${skip}>To the content</a>
    <${Bar} page=${where.page} askForKey=${askForKey} />
    <main id="main" ref=${main} tabindex="-1">${page()}</main>
    <footer><div><a href="/docs">API</a><a href="/openapi.json">OpenAPI</a><span>Nothing on this page comes from elsewhere.</span></div></footer>
    <${KeyDialog} shown=${asksForKey} close=${() => setAsksForKey(false)} changed=${changed} />`;
}

const place = document.getElementById("app");
place.replaceChildren();
render(html`<${App} />`, place);
