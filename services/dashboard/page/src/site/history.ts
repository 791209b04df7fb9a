/** What was done, so that it can be undone and done again. */
export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
}

/** More steps than anybody undoes. */
const KEPT = 200;

export function historyOf<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

export function record<T>({ past, now }: History<T>, next: T): History<T> {
  return { past: [...past, now].slice(-KEPT), now: next, future: [] };
}

/** Without a step of its own, as each move of one drag. */
export function replaceNow<T>(history: History<T>, next: T): History<T> {
  return { ...history, now: next };
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return { past: history.past.slice(0, -1), now: last, future: [history.now, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  return next === undefined ? history : { past: [...history.past, history.now], now: next, future };
}
