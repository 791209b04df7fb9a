import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys } from "../api/keys";
import type { StreamState } from "./stream-state";

/** The catalog hears of a change when the viewers do: by then it has surely written it down. */
const CATALOG_MS = 1000;

/** Asks HTTP again for what the channel only hints at: the status when it changes, everything when a run is over. */
export function useFollowUp(videoId: string, { phase, endedRun, gone }: StreamState): void {
  const client = useQueryClient();
  const seen = useRef({ videoId, phase });
  useEffect(() => {
    const changed = seen.current.videoId === videoId && seen.current.phase !== phase;
    seen.current = { videoId, phase };
    // A video that is just opened asks by itself.
    if (gone || !changed) return;
    refetchStatus(client, videoId);
    const timer = setTimeout(() => refetchStatus(client, videoId), CATALOG_MS);
    return () => clearTimeout(timer);
  }, [client, videoId, phase, gone]);
  useEffect(() => {
    if (endedRun === null) return;
    for (const key of [keys.metrics(videoId), keys.vehicles(videoId)]) {
      void client.invalidateQueries({ queryKey: key });
    }
  }, [client, videoId, endedRun]);
}

function refetchStatus(client: QueryClient, videoId: string): void {
  void client.invalidateQueries({ queryKey: keys.video(videoId) });
  void client.invalidateQueries({ queryKey: keys.videos });
}
