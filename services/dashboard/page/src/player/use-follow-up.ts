import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "../api/keys";
import type { StreamState } from "./stream-state";

/** Asks HTTP again for what the channel only hints at: the status when it changes, everything when a run is over. */
export function useFollowUp(videoId: string, { phase, endedRun, gone }: StreamState): void {
  const client = useQueryClient();
  useEffect(() => {
    if (gone) return;
    void client.invalidateQueries({ queryKey: keys.video(videoId) });
  }, [client, videoId, phase, gone]);
  useEffect(() => {
    if (endedRun === null) return;
    for (const key of [keys.metrics(videoId), keys.vehicles(videoId), keys.runs(videoId)]) {
      void client.invalidateQueries({ queryKey: key });
    }
  }, [client, videoId, endedRun]);
}
