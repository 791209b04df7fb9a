import { type ComponentType, useCallback, useEffect, useState } from "react";
import { flushSync } from "react-dom";
import type { ReportProps } from "../report/report";
import { whenIdle } from "../ui/when-idle";

/** In the report, a part that has no answer yet. */
const AWAITED = ".report-awaited";
const LOOK_EVERY_MS = 50;
/** Without an answer, what is there is printed. */
const LATEST_MS = 20_000;
/** Later than all that is seen; before somebody prints by the menu of the browser. */
const LOADED_AFTER_MS = 10_000;

interface Printing {
  /** The report, while it is printed. */
  Report: ComponentType<ReportProps> | null;
  print: () => void;
}

/** The report of a video: drawn when its button or the keys for printing are pressed, or the menu of the browser prints. */
export function usePrinting(): Printing {
  const [loaded, setLoaded] = useState<ComponentType<ReportProps> | null>(null);
  const [isPrinted, setPrinted] = useState(false);
  const load = useCallback(async (): Promise<void> => {
    // Without it, the page is printed as it is.
    const report = await import("../report/report").catch(() => null);
    if (report) flushSync(() => setLoaded(() => report.default));
  }, []);
  const print = useCallback(async (): Promise<void> => {
    setPrinted(true);
    await load();
    await reportIsComplete();
    window.print();
  }, [load]);
  useEffect(() => {
    let cancelIdle = (): void => undefined;
    const timer = setTimeout(() => (cancelIdle = whenIdle(() => void load())), LOADED_AFTER_MS);
    // The page is drawn for the sheet before the browser takes it.
    const begin = (): void => flushSync(() => setPrinted(true));
    const end = (): void => setPrinted(false);
    const press = (event: KeyboardEvent): void => {
      if (!isPrintKey(event)) return;
      event.preventDefault(); // The browser would not wait for what the report asks for.
      void print();
    };
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    addEventListener("keydown", press);
    return () => {
      clearTimeout(timer);
      cancelIdle();
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
      removeEventListener("keydown", press);
    };
  }, [load, print]);
  return { Report: isPrinted ? loaded : null, print };
}

function isPrintKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "p" && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

async function reportIsComplete(): Promise<void> {
  const latest = performance.now() + LATEST_MS;
  do await new Promise((resume) => setTimeout(resume, LOOK_EVERY_MS));
  while (document.querySelector(AWAITED) && performance.now() < latest);
}
