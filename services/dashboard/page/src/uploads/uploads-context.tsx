import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import type { UploadGroup, UploadGroups } from "./groups";
import type { Upload, UploadQueue } from "./queue";
import type { UnfinishedUploads } from "./unfinished";
import type { UploadApi } from "./upload-api";

interface Uploads {
  queue: UploadQueue<File>;
  groups: UploadGroups<File>;
  unfinished: UnfinishedUploads;
  api: Pick<UploadApi<File>, "get" | "cancel">;
}

const UploadsContext = createContext<Uploads | null>(null);
export const UploadsProvider = UploadsContext;

/** The queue of uploads, and the groups of files that were chosen together. */
export function useUploadQueue(): Uploads {
  const uploads = useContext(UploadsContext);
  if (!uploads) throw new Error("useUploadQueue outside of an UploadsProvider");
  return uploads;
}

export function useUploads(): { uploads: readonly Upload[]; shown: readonly UploadGroup[] } {
  const { queue, groups } = useUploadQueue();
  return {
    uploads: useSyncExternalStore(queue.watch, queue.snapshot),
    shown: useSyncExternalStore(groups.watch, groups.snapshot),
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
