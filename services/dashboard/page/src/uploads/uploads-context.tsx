import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import type { Upload, UploadQueue } from "./queue";

const UploadsContext = createContext<UploadQueue<File> | null>(null);
export const UploadsProvider = UploadsContext;

export function useUploadQueue(): UploadQueue<File> {
  const queue = useContext(UploadsContext);
  if (!queue) throw new Error("useUploadQueue outside of an UploadsProvider");
  return queue;
}

export function useUploads(): readonly Upload[] {
  const queue = useUploadQueue();
  return useSyncExternalStore(queue.watch, queue.snapshot);
}

/** Has the browser ask before it closes a page with unfinished uploads. */
export function useLeaveGuard(): void {
  const queue = useUploadQueue();
  useEffect(() => {
    const guard = (event: BeforeUnloadEvent): void => {
      if (queue.busy) event.preventDefault();
    };
    addEventListener("beforeunload", guard);
    return () => removeEventListener("beforeunload", guard);
  }, [queue]);
}
