// Asking, as hooks: an answer or a stream with the state that it is in.
import { useCallback, useEffect, useState } from "./preact.js";
import { ask, events } from "./api.js";

// path: null asks nothing. Gives {body, cache, age, problem, loading, again}.
export function useAnswer(path) {
  const [state, setState] = useState({ loading: path !== null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return setState({ loading: false });
    const asking = new AbortController();
    setState((before) => ({ ...before, loading: true, problem: null, body: before.path === path ? before.body : undefined }));
    ask(path, asking.signal)
      .then((answer) => setState({ ...answer, path, loading: false, problem: null }))
      .catch((problem) => problem.name !== "AbortError" && setState({ loading: false, problem }));
    return () => asking.abort();
  }, [path, turn]);
  return { ...state, again: useCallback(() => setTurn((before) => before + 1), []) };
}

// Gives {latest: by the name of the event, problem, open, again, stop}. `lasting`: comes again when it ends or breaks off.
export function useEvents(path, lasting = false) {
  const [state, setState] = useState({ latest: {}, open: false, problem: null });
  const [turn, setTurn] = useState({ number: 0, stopped: false });
  useEffect(() => {
    if (path === null || turn.stopped) return undefined;
    const asking = new AbortController();
    let timer;
    let gone = false;
    setState((before) => ({ latest: before.path === path ? before.latest : {}, path, open: true, problem: null }));
    const ended = (problem) => {
      if (gone) return;
      setState((before) => ({ ...before, open: false, problem }));
      if (lasting && (!problem || problem.status === 0 || problem.status >= 500)) timer = setTimeout(() => setTurn((before) => ({ ...before, number: before.number + 1 })), 3000);
    };
    (async () => {
      try {
        for await (const event of events(path, asking.signal)) {
          if (event.name === "problem") {
            const { status, detail } = event.data;
            return ended(Object.assign(new Error(detail), { status, code: event.data.code, body: event.data, retryAfterSeconds: null }));
          }
          setState((before) => ({ ...before, open: true, problem: null, latest: { ...before.latest, [event.name]: event.data } }));
        }
        ended(null);
      } catch (problem) {
        if (problem.name !== "AbortError") ended(problem.status === undefined ? Object.assign(problem, { status: 0, code: "broken_off", body: {}, retryAfterSeconds: null, message: "The connection broke off." }) : problem);
      }
    })();
    return () => {
      gone = true;
      clearTimeout(timer);
      asking.abort();
    };
  }, [path, turn]);
  return {
    ...state,
    stopped: turn.stopped,
    again: useCallback(() => setTurn((before) => ({ number: before.number + 1, stopped: false })), []),
    stop: useCallback(() => { setTurn((before) => ({ ...before, stopped: true })); setState((before) => ({ ...before, open: false })); }, []),
  };
}
