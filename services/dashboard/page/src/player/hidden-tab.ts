import type { Cancel, Timers } from "../timers";

/** A tab that is hidden for longer than a look elsewhere receives nothing, and causes no work. */
export const HIDDEN_MS = 60_000;

/** Whether the page can be seen; `document` in a browser. */
export interface Visibility {
  isHidden(): boolean;
  /** Calls `watcher` on each change, until the returned function is called. */
  watch(watcher: () => void): () => void;
}

export interface Suspendable {
  suspend(): void;
  resume(): void;
}

/** Suspends while the page is hidden for long, and resumes when it is seen again. Returns what ends it. */
export function suspendWhileHidden(target: Suspendable, visibility: Visibility, timers: Timers): Cancel {
  let cancel: Cancel | null = null;
  let isSuspended = false;
  const changed = (): void => {
    cancel?.();
    cancel = null;
    if (visibility.isHidden()) {
      cancel = timers.after(HIDDEN_MS, () => {
        isSuspended = true;
        target.suspend();
      });
    } else if (isSuspended) {
      isSuspended = false;
      target.resume();
    }
  };
  const unwatch = visibility.watch(changed);
  changed();
  return () => {
    unwatch();
    cancel?.();
  };
}

export const browserVisibility: Visibility = {
  isHidden: () => document.visibilityState === "hidden",
  watch: (watcher) => {
    document.addEventListener("visibilitychange", watcher);
    return () => document.removeEventListener("visibilitychange", watcher);
  },
};
