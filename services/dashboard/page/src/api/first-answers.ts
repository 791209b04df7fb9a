import { type QueryClient, queryOptions } from "@tanstack/react-query";
import type { RunList, Site, Video, VideoMetrics } from "../contract";
import { getJson, getVersioned } from "./http";
import { keys } from "./keys";
import { urls } from "./urls";

const RUNS_LISTED = 50;
/** Of what is requested again when it is known to have changed: not again for each quick switch between videos. */
export const KNOWN_FRESH_MS = 10_000;
/** Without an answer by then, the page is drawn with what is there. */
const LATEST_MS = 500;

export const videoQuery = (id: string) =>
  queryOptions({ queryKey: keys.video(id), queryFn: ({ signal }) => getJson<Video>(urls.video(id), signal) });

/** The metrics of the newest run. */
export const metricsQuery = (id: string) =>
  queryOptions({ queryKey: keys.metrics(id), queryFn: ({ signal }) => getJson<VideoMetrics>(urls.metrics(id), signal) });

/** The finished runs, newest first. */
export const runsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.runs(id),
    queryFn: ({ signal }) => getJson<RunList>(urls.runs(id, RUNS_LISTED), signal),
    staleTime: KNOWN_FRESH_MS,
  });

/** What is counted in a video. A changed region changes it, too. */
export const siteQuery = (id: string, video: Video | undefined) =>
  queryOptions({
    queryKey: keys.site(id, video?.roi),
    queryFn: ({ signal }) => getVersioned<Site>(urls.site(id), signal),
    staleTime: KNOWN_FRESH_MS,
  });

let answers: Promise<unknown> = Promise.resolve();

/** Requests what is seen first of the video at whose address the page was opened. */
export function requestFirst(client: QueryClient, id: string): void {
  answers = Promise.allSettled([
    client.fetchQuery(videoQuery(id)).then((video) => client.prefetchQuery(siteQuery(id, video))),
    client.prefetchQuery(metricsQuery(id)),
    client.prefetchQuery(runsQuery(id)),
  ]);
}

/** When they are answered: drawn once, the page keeps a phone busy for less time than drawn with each answer. */
export function firstAnswers(): Promise<unknown> {
  return Promise.race([answers, new Promise((resume) => setTimeout(resume, LATEST_MS))]);
}
