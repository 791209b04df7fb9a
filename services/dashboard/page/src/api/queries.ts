import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import type {
  Counts,
  CountsTable,
  RunList,
  RunMarks,
  VehicleList,
  Video,
  VideoFileInfo,
  VideoFlows,
  VideoMetrics,
  VideoResults,
  VideoEvidence,
  VisitPage,
  VisitSightings,
} from "../contract";
import { type ParkedVisits, parkedVisits } from "../detail/parked";
import type { ShownRun } from "../detail/runs";
import { useIsPainted } from "../ui/first-paint";
import { KNOWN_FRESH_MS, metricsQuery, runsQuery, siteQuery, videoQuery } from "./first-answers";
import { getJson } from "./http";
import { keys } from "./keys";
import { urls } from "./urls";
import { knownVideo } from "./video-list";

const VIDEO_EVERY_MS = 5000;
const RUNNING_METRICS_EVERY_MS = 2000;
const RECOUNT_EVERY_MS = 2000;
const RECOUNT_BEGINS_MS = 20_000;

export function useVideo(id: string) {
  const client = useQueryClient();
  return useQuery({
    ...videoQuery(id),
    refetchInterval: VIDEO_EVERY_MS,
    // From the list, so that a click shows the name and the thumbnail at once.
    placeholderData: () => knownVideo(client, id),
  });
}

/** What the video's file turned out to be. Only a change of its rate, which changes `video.fps`, makes it another. */
export function useFileInfo(id: string, video: Video | undefined) {
  const isPainted = useIsPainted();
  return useQuery({
    queryKey: keys.file(id, video?.fps),
    queryFn: ({ signal }) => getJson<VideoFileInfo>(urls.file(id), signal),
    staleTime: KNOWN_FRESH_MS,
    enabled: isPainted && video !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** The metrics on a card: polled while the video streams, and refetched when its status changes. */
export function useCardMetrics(video: Video) {
  return useQuery({
    queryKey: keys.cardMetrics(video.id, video.status),
    queryFn: ({ signal }) => getJson<VideoMetrics>(urls.metrics(video.id), signal),
    enabled: video.status !== "ready",
    refetchInterval: video.status === "streaming" ? RUNNING_METRICS_EVERY_MS : false,
    placeholderData: keepPreviousData,
  });
}

/** The metrics of the newest run; `useLiveMetrics` writes those of the channel under the same key. */
export function useMetrics(id: string) {
  return useQuery({
    ...metricsQuery(id),
    // Until the results are in SQL: whatever message is lost, the page ends up with the stored ones.
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_METRICS_EVERY_MS : false),
  });
}

export function useRuns(id: string) {
  return useQuery(runsQuery(id));
}

/** The newest finished run of a video whose newest run, of these metrics, is not finished. */
export function useNewestFinished(video: Video | undefined, metrics: VideoMetrics | undefined) {
  const id = video?.id ?? "";
  return useQuery({
    queryKey: keys.newestRun(id, video?.status ?? ""),
    queryFn: ({ signal }) => getJson<RunList>(urls.runs(id, 1), signal),
    enabled: video !== undefined && metrics?.state === "running",
    placeholderData: keepPreviousData,
  });
}

/** The visits of a run; nothing for a video that was never started. */
export function useVehicles(id: string, runId: string | null) {
  const isPainted = useIsPainted();
  return useQuery({
    queryKey: keys.vehiclesOf(id, runId),
    queryFn: ({ signal }) => getJson<VehicleList>(urls.vehicles(id, runId ?? ""), signal),
    enabled: isPainted && runId !== null,
  });
}

export function useSite(id: string, video: Video | undefined) {
  return useQuery({
    ...siteQuery(id, video),
    enabled: video !== undefined,
    placeholderData: (known) => known,
  });
}

/** The newest live numbers of zones and gates, which `useLiveMetrics` writes. */
export function useLiveCounts(id: string): Counts | undefined {
  return useQuery<Counts>({ queryKey: keys.counts(id), enabled: false }).data;
}

/** What is counted in the zones and at the gates of the newest finished run. */
export function useResults(id: string, run: ShownRun | null) {
  const runId = run && run.finished_at !== null ? run.run_id : null;
  const isPainted = useIsPainted();
  return useQuery({
    queryKey: keys.resultsOf(id, runId),
    queryFn: ({ signal }) => getJson<VideoResults>(urls.results(id), signal),
    staleTime: KNOWN_FRESH_MS,
    enabled: isPainted && runId !== null,
    refetchInterval: ({ state }) => (state.data && isCounting(state.data, run) ? RECOUNT_EVERY_MS : false),
  });
}

/** Zones and gates are counted a moment after the end of a run. */
function isCounting({ recount }: VideoResults, run: ShownRun | null): boolean {
  if (recount.state === "waiting" || recount.state === "running") return true;
  return recount.state === "none" && Date.now() - Date.parse(run?.finished_at ?? "") < RECOUNT_BEGINS_MS;
}

/** The counts by interval that were counted at this time. */
export function useCounts(id: string, interval: string, by: string, countedAt: string) {
  return useQuery({
    queryKey: keys.counted(id, interval, by, countedAt),
    queryFn: ({ signal }) => getJson<CountsTable>(urls.counts(id, interval, by, "json"), signal),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
}

/** The visits of parked vehicles; null where it is not known which are. */
export function useParkedVisits(id: string, run: ShownRun | null): ParkedVisits | null {
  const results = useResults(id, run).data;
  const isOfRun = results?.counted_with != null && results.counted_with.run_id === run?.run_id;
  const parked = results?.zones.find((zone) => zone.zone_id === "roi")?.parked_visits_count ?? 0;
  const visits = useQuery({
    queryKey: keys.visits(id, results?.counted_with?.counted_at ?? null),
    queryFn: ({ signal }) => getJson<VisitPage>(urls.roiVisits(id), signal),
    staleTime: Infinity,
    enabled: isOfRun && parked > 0,
  });
  return isOfRun ? parkedVisits(visits.data?.items ?? []) : null;
}

/** Where each visit of a finished run is seen; it never changes. */
export function useSightings(id: string, run: ShownRun | null) {
  const runId = run && run.finished_at !== null ? run.run_id : null;
  return useQuery({
    queryKey: keys.sightings(id, runId),
    queryFn: ({ signal }) => getJson<VisitSightings>(urls.sightings(id, runId ?? ""), signal),
    staleTime: Infinity,
    enabled: runId !== null,
  });
}

/** How sure the numbers of a finished run are; for its region of interest it never changes. */
export function useEvidence(id: string, run: ShownRun | null) {
  const runId = run && run.finished_at !== null ? run.run_id : null;
  const isPainted = useIsPainted();
  return useQuery({
    queryKey: keys.evidence(id, runId),
    queryFn: ({ signal }) => getJson<VideoEvidence>(urls.evidence(id, runId ?? ""), signal),
    staleTime: Infinity,
    enabled: isPainted && runId !== null,
  });
}

/** What persons said about the rows of a finished run. */
export function useMarks(id: string, run: ShownRun | null) {
  const runId = run && run.finished_at !== null ? run.run_id : null;
  return useQuery({
    queryKey: keys.marks(id, runId),
    queryFn: ({ signal }) => getJson<RunMarks>(urls.marks(id, runId ?? ""), signal),
    enabled: runId !== null,
  });
}

/** From where to where, counted at this time; null: there is nothing to ask for. */
export function useFlows(id: string, countedAt: string | null) {
  return useQuery({
    queryKey: keys.flows(id, countedAt),
    queryFn: ({ signal }) => getJson<VideoFlows>(urls.flows(id, "json"), signal),
    staleTime: Infinity,
    enabled: countedAt !== null,
  });
}
