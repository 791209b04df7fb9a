import { useEffect, useState, useSyncExternalStore } from "react";
import { RequestFailed } from "../api/http";
import { useConnectionStatus } from "../channel/channel-context";
import type { UnfinishedUpload } from "./unfinished";
import { useUploadQueue } from "./uploads-context";

export interface OfferedUpload extends UnfinishedUpload {
  uploadId: string;
  receivedBytes: number;
}

export interface Unfinished {
  /** As far as the server still waits for it; what it does not is forgotten. */
  begun: OfferedUpload[];
  /** Files that waited in the queue: nothing of them has been sent. */
  unsent: UnfinishedUpload[];
}

/** What can be gone on with. */
export function useUnfinished(): Unfinished {
  const { unfinished, api } = useUploadQueue();
  const remembered = useSyncExternalStore(unfinished.watch, unfinished.snapshot);
  const isConnected = useConnectionStatus() === "open";
  const [received, setReceived] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    if (!isConnected) return undefined;
    let isCancelled = false;
    const ask = async (id: string): Promise<void> => {
      const upload = await api.get(id).catch((error: unknown) => (isGone(error) ? null : undefined));
      // Without an answer, it is asked for again when the connection is back.
      if (isCancelled || upload === undefined) return;
      if (upload?.state !== "receiving") return unfinished.over(id);
      setReceived((before) => new Map(before).set(id, upload.received_bytes));
    };
    remembered.forEach(({ uploadId }) => uploadId !== null && void ask(uploadId));
    return () => {
      isCancelled = true;
    };
  }, [api, unfinished, remembered, isConnected]);
  const begun = remembered.flatMap((upload) => {
    const { uploadId } = upload;
    const receivedBytes = uploadId === null ? undefined : received.get(uploadId);
    return uploadId === null || receivedBytes === undefined ? [] : [{ ...upload, uploadId, receivedBytes }];
  });
  return { begun, unsent: remembered.filter(({ uploadId }) => uploadId === null) };
}

function isGone(error: unknown): boolean {
  return error instanceof RequestFailed && error.status === 404;
}
