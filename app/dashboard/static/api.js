// What the page asks of the gateway. A key goes in a header field, never in a URL, and is forgotten with the tab.

const KEY = "headgate.key";

export class Problem extends Error {
  constructor(status, body, retryAfterSeconds) {
    super(body.detail || `the gateway answered ${status}`);
    this.status = status;
    this.code = body.code || "";
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function keyInUse() {
  return sessionStorage.getItem(KEY);
}

export function useKey(key) {
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
}

async function answered(path, accept, signal) {
  const headers = { Accept: accept };
  const key = keyInUse();
  if (key) headers.Authorization = `Bearer ${key}`;
  let response;
  try {
    response = await fetch(path, { headers, signal, credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { code: "unreachable", detail: "The gateway does not answer." }, null);
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  const wait = response.headers.get("Retry-After");
  throw new Problem(response.status, body, wait === null ? null : Number(wait));
}

export async function ask(path, signal) {
  const response = await answered(path, "application/json", signal);
  return { body: await response.json(), cache: response.headers.get("Cache-Status") || "", age: response.headers.get("Age") };
}

// Server-sent events read by fetch: EventSource can send no key.
export async function* events(path, signal) {
  const response = await answered(path, "text/event-stream", signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      let end = rest.indexOf("\n\n");
      while (end >= 0) {
        const event = parsed(rest.slice(0, end));
        if (event) yield event;
        rest = rest.slice(end + 2);
        end = rest.indexOf("\n\n");
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(text) {
  let name = "message";
  let data = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data = (data ?? "") + line.slice(6);
  }
  return data === null ? null : { name, data: JSON.parse(data) };
}
