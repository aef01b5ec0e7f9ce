// Asking, as hooks: an answer or a stream with the state that it is in.
import { useCallback, useEffect, useState } from "./preact.js";
import { Problem, ask, events } from "./api.js";

const AGAIN_MILLISECONDS = 3000;

// path: null asks nothing. Gives {body, cache, age, problem, loading, again}. What was there stays while it is asked for
// anew, and when that fails; with `across`, also when something else is asked for.
export function useAnswer(path, across = false) {
  const [state, setState] = useState({ loading: path !== null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return setState({ loading: false });
    const asking = new AbortController();
    setState((before) => (across || before.path === path ? { ...before, loading: true } : { path, loading: true }));
    ask(path, asking.signal)
      .then((answer) => setState({ ...answer, path, loading: false, problem: null }))
      .catch((problem) => problem.name !== "AbortError" && setState((before) => ({ ...before, loading: false, problem: told(problem) })));
    return () => asking.abort();
  }, [path, turn]);
  return { ...state, again: useCallback(() => setTurn((before) => before + 1), []) };
}

// Gives {latest: by the name of the event, problem, open, again, stop}. `lasting`: comes again when it ends or breaks off;
// then it is `open` from its first event on, and a problem stands until there is one.
export function useEvents(path, lasting = false) {
  const [state, setState] = useState({ latest: {}, open: false, problem: null });
  const [turn, setTurn] = useState({ number: 0, stopped: false });
  useEffect(() => {
    if (path === null || turn.stopped) return undefined;
    const anew = () => setTurn((before) => ({ ...before, number: before.number + 1 }));
    if (lasting && document.hidden) {
      setState((before) => ({ ...before, open: false }));
      return whenSeen(anew);
    }
    const asking = new AbortController();
    let timer;
    let gone = false;
    const unwatch = lasting ? whenHidden(anew) : () => {};
    setState((before) => ({
      path,
      latest: before.path === path ? before.latest : {},
      open: lasting ? false : true,
      problem: lasting && before.path === path ? before.problem : null,
    }));
    const ended = (problem) => {
      if (gone) return;
      setState((before) => ({ ...before, open: false, problem }));
      const passes = !problem || problem.status === 0 || problem.status >= 500;
      if (lasting && passes) timer = setTimeout(anew, AGAIN_MILLISECONDS);
    };
    (async () => {
      try {
        for await (const event of events(path, asking.signal)) {
          if (gone) return;
          if (event.name === "problem") return ended(new Problem(event.data.status, event.data, event.data.retry_after_seconds ?? null));
          setState((before) => ({ ...before, open: true, problem: null, latest: { ...before.latest, [event.name]: event.data } }));
        }
        ended(null);
      } catch (problem) {
        if (problem.name !== "AbortError") ended(told(problem));
      }
    })();
    return () => {
      gone = true;
      clearTimeout(timer);
      unwatch();
      asking.abort();
    };
  }, [path, turn]);
  const again = useCallback(() => setTurn((before) => ({ number: before.number + 1, stopped: false })), []);
  const stop = useCallback(() => {
    setTurn((before) => ({ ...before, stopped: true }));
    setState((before) => ({ ...before, open: false }));
  }, []);
  return { ...state, stopped: turn.stopped, again, stop };
}

// A tab that nobody sees asks for nothing.
function whenHidden(act, hidden = true) {
  const changed = () => document.hidden === hidden && act();
  document.addEventListener("visibilitychange", changed);
  return () => document.removeEventListener("visibilitychange", changed);
}

function whenSeen(act) {
  return whenHidden(act, false);
}

// What is no answer of the gateway is the connection's: it broke off on the way.
function told(problem) {
  return problem instanceof Problem ? problem : new Problem(0, { code: "broken_off", detail: "The connection broke off." }, null);
}
