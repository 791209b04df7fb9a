import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "../api/keys";
import type { Metrics, VideoMetrics } from "../contract";
import { texts } from "../texts";
import { Throttle } from "../throttle";
import { browserTimers } from "../timers";
import { timecode } from "../ui/format";
import { useToast } from "../ui/toasts";
import { mergeMetrics, visitsChanged } from "./merge-metrics";
import type { Stream } from "./stream";

const VEHICLES_EVERY_MS = 1000;

/** Writes the live metrics into the query cache, and refetches the vehicles when they have changed. */
export function useLiveMetrics(stream: Stream | null): void {
  const client = useQueryClient();
  const toast = useToast();
  useEffect(() => {
    if (!stream) return;
    let runId: string | null = null;
    const vehicles = new Throttle(browserTimers, VEHICLES_EVERY_MS, () => refetchVehicles(client, stream.videoId, runId));
    const unwatch = stream.watchMetrics((live) => {
      runId = live.run_id;
      merge(client, live, () => vehicles.call());
    });
    const unwatchCounts = stream.watchCounts((live) => client.setQueryData(keys.counts(live.video_id), live));
    const unwatchRecounts = stream.watchRecounts(() => {
      // Mostly because somebody changed the site.
      for (const key of [keys.results(stream.videoId), keys.sites(stream.videoId)]) {
        void client.invalidateQueries({ queryKey: key });
      }
    });
    const unwatchAlerts = stream.watchAlerts((alert) => {
      void client.invalidateQueries({ queryKey: keys.alerts(stream.videoId) });
      if (alert.change === "raised") {
        toast({ tone: "bad", text: texts.player.alert(alert.rule_name, timecode(alert.raised_at_s)) });
      }
    });
    return () => {
      unwatchAlerts();
      unwatch();
      unwatchRecounts();
      unwatchCounts();
      vehicles.stop();
    };
  }, [client, stream, toast]);
}

function merge(client: QueryClient, live: Metrics, refetch: () => void): void {
  const key = keys.metrics(live.video_id);
  const known = client.getQueryData<VideoMetrics>(key);
  const merged = mergeMetrics(known, live);
  if (merged === known) return;
  client.setQueryData(key, merged);
  // The channel does not carry the detector and the start of a new run.
  if (known?.run_id !== live.run_id) void client.invalidateQueries({ queryKey: key, exact: true });
  if (!known || visitsChanged(known, live.totals)) refetch();
}

/** A running request is kept: restarting it every second could delay the response forever. */
function refetchVehicles(client: QueryClient, videoId: string, runId: string | null): void {
  void client.invalidateQueries({ queryKey: keys.vehiclesOf(videoId, runId) }, { cancelRefetch: false });
}
