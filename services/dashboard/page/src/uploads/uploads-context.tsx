import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import type { Batch, Batches } from "./batches";
import type { Upload, UploadQueue } from "./queue";

interface Uploads {
  queue: UploadQueue<File>;
  batches: Batches<File>;
}

const UploadsContext = createContext<Uploads | null>(null);
export const UploadsProvider = UploadsContext;

/** The queue of uploads, and the batches of files that were chosen together. */
export function useUploadQueue(): Uploads {
  const uploads = useContext(UploadsContext);
  if (!uploads) throw new Error("useUploadQueue outside of an UploadsProvider");
  return uploads;
}

export function useUploads(): { uploads: readonly Upload[]; shown: readonly Batch[] } {
  const { queue, batches } = useUploadQueue();
  return {
    uploads: useSyncExternalStore(queue.watch, queue.snapshot),
    shown: useSyncExternalStore(batches.watch, batches.snapshot),
  };
}

/** Has the browser ask before it closes a page with unfinished uploads. */
export function useLeaveGuard(): void {
  const { queue } = useUploadQueue();
  useEffect(() => {
    const guard = (event: BeforeUnloadEvent): void => {
      if (queue.busy) event.preventDefault();
    };
    addEventListener("beforeunload", guard);
    return () => removeEventListener("beforeunload", guard);
  }, [queue]);
}
