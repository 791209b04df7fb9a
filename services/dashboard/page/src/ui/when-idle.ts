/** A busy browser acts after this time at the latest. */
const LATEST_MS = 500;

/** Acts when the browser has nothing else to do, unless it is cancelled before. */
export function whenIdle(act: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(act); // Safari.
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(act, { timeout: LATEST_MS });
  return () => cancelIdleCallback(handle);
}
