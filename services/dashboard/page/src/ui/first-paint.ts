import { startTransition, useEffect, useState } from "react";

/** A window that is not painted, as one of a hidden tab, is not waited for longer. */
const LATEST_MS = 500;

let isPainted = false;
const watchers = new Set<() => void>();

/** Acts now or when something has been painted, unless it is cancelled before. */
export function whenPainted(act: () => void): () => void {
  if (isPainted) {
    act();
    return () => undefined;
  }
  watchers.add(act);
  return () => void watchers.delete(act);
}

function finish(): void {
  if (isPainted) return;
  isPainted = true;
  watchers.forEach((act) => act());
  watchers.clear();
}

/** Tells that what the browser paints next is what a person sees first, once it is ready. */
export function useFirstPaint(isReady: boolean): void {
  useEffect(() => {
    if (!isReady || isPainted) return undefined;
    // Before the second frame the first one is on the screen.
    let frame = requestAnimationFrame(() => (frame = requestAnimationFrame(finish)));
    const latest = setTimeout(finish, LATEST_MS);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(latest);
    };
  }, [isReady]);
}

export function hasPainted(): boolean {
  return isPainted;
}

/**
 * Whether anything has been painted since the browser loaded the page. What is not seen first is requested afterwards: on the
 * line of a phone it would delay what is.
 */
export function useIsPainted(): boolean {
  const [isKnown, setKnown] = useState(isPainted);
  // In slices: all that waits for it is drawn again at once.
  useEffect(() => whenPainted(() => startTransition(() => setKnown(true))), []);
  return isKnown;
}
