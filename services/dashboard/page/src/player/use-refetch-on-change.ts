import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys } from "../api/keys";
import type { StreamState } from "./stream-state";

/** The catalog receives a change when the viewers do: by then it has stored it. */
const CATALOG_MS = 1000;

/** Refetches what the channel does not carry: the status when it changes, all results when a run has finished. */
export function useRefetchOnChange(videoId: string, { phase, endedRun, isMissing }: StreamState): void {
  const client = useQueryClient();
  const seen = useRef({ videoId, phase });
  useEffect(() => {
    const changed = seen.current.videoId === videoId && seen.current.phase !== phase;
    seen.current = { videoId, phase };
    // A video that was just opened is fetched anyway.
    if (isMissing || !changed) return;
    refetchStatus(client, videoId);
    const timer = setTimeout(() => refetchStatus(client, videoId), CATALOG_MS);
    return () => clearTimeout(timer);
  }, [client, videoId, phase, isMissing]);
  useEffect(() => {
    if (endedRun === null) return;
    for (const key of [keys.metrics(videoId), keys.runs(videoId), keys.vehicles(videoId)]) {
      void client.invalidateQueries({ queryKey: key });
    }
  }, [client, videoId, endedRun]);
}

function refetchStatus(client: QueryClient, videoId: string): void {
  void client.invalidateQueries({ queryKey: keys.video(videoId) });
  void client.invalidateQueries({ queryKey: keys.videos });
}
