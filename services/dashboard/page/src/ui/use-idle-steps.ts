import { useEffect, useState } from "react";

/** A busy browser builds a step after this time at the latest. */
const LATEST_MS = 500;

/** Grows from 0 to `steps` once it is ready, one whenever the browser has nothing to do: parts are built one by one. */
export function useIdleSteps(isReady: boolean, steps: number): number {
  const [step, setStep] = useState(0);
  useEffect(() => {
    if (isReady && step < steps) return whenIdle(() => setStep(step + 1));
    return undefined;
  }, [isReady, step, steps]);
  return step;
}

function whenIdle(act: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(act); // Safari.
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(act, { timeout: LATEST_MS });
  return () => cancelIdleCallback(handle);
}
