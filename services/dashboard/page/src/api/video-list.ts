import { keepPreviousData, type QueryClient, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import type { AnalysisQueue, Video, VideoCount, VideoNeighbours, VideoPage } from "../contract";
import { useIsPainted } from "../ui/first-paint";
import { type ListView, oppositeOf, parametersOf } from "../videos/list-view";
import { getJson } from "./http";
import { keys } from "./keys";

export const WINDOW_SIZE = 48;
const LIST_EVERY_MS = 5000;
/** On each side of the open video. */
const NEIGHBOURS = 12;
/** Videos that are skipped at no cost worth a thought. */
const FAR = 1000;
/** Windows that were scrolled away are forgotten: memory stays the same however long the list is. */
const KEPT_MS = 20_000;

const listKeys = {
  queue: [...keys.videos, "queue"] as const,
  window: (parameters: string, number: number) => [...keys.videos, "window", parameters, number] as const,
  count: (parameters: string) => [...keys.videos, "count", parameters] as const,
  neighbours: (id: string, parameters: string) => [...keys.videos, "neighbours", id, parameters] as const,
};

/** What is counted: the same in any order. */
function countedParameters(view: ListView): string {
  return parametersOf({ ...view, order: "-created_at" }).toString();
}

/** How many videos are in the list as it is filtered. */
export function useVideoCount(view: ListView) {
  const parameters = countedParameters(view);
  return useQuery({
    queryKey: listKeys.count(parameters),
    queryFn: ({ signal }) => getJson<VideoCount>(`/api/video-count?${parameters}`, signal),
    refetchInterval: LIST_EVERY_MS,
    refetchOnWindowFocus: "always",
    placeholderData: keepPreviousData,
  });
}

/** Of a video whose analysis has not begun; null: it is not queued, or very many are before it. */
export function useQueuePosition(videoId: string | undefined, isQueued: boolean): number | null {
  const { data } = useQuery({
    queryKey: listKeys.queue,
    queryFn: ({ signal }) => getJson<AnalysisQueue>("/api/analyses", signal),
    refetchInterval: LIST_EVERY_MS,
    enabled: isQueued,
  });
  const queued = isQueued ? data?.items.find(({ video_id }) => video_id === videoId) : undefined;
  return queued?.position ?? null;
}

export interface Windows {
  /** By place in the list; what is not loaded yet is missing. */
  videos: ReadonlyMap<number, Video>;
  isPending: boolean;
  isOutOfDate: boolean;
  error: Error | null;
  retry: () => void;
}

/** The videos of the windows with these numbers: only they are requested, and requested again. */
export function useWindows(view: ListView, numbers: readonly number[]): Windows {
  const client = useQueryClient();
  const parameters = parametersOf(view).toString();
  return useQueries({
    queries: numbers.map((number) => ({
      queryKey: listKeys.window(parameters, number),
      queryFn: ({ signal }: { signal: AbortSignal }) => windowOf(client, view, number, signal),
      refetchInterval: LIST_EVERY_MS,
      refetchOnWindowFocus: "always" as const,
      gcTime: KEPT_MS,
    })),
    combine: (results) => ({
      videos: new Map(
        results.flatMap(({ data }, at) =>
          (data?.items ?? []).map((video, place): [number, Video] => [numbers[at]! * WINDOW_SIZE + place, video]),
        ),
      ),
      // Requested again after a failure, a window is pending once more: what is known of the failure stays.
      isPending: results.every(({ data, errorUpdateCount }) => !data && !errorUpdateCount),
      isOutOfDate: results.some(({ isRefetchError }) => isRefetchError),
      error: results.map(({ error, failureReason }) => error ?? failureReason).find((error) => error !== null) ?? null,
      retry: () => results.forEach(({ refetch }) => void refetch()),
    }),
  });
}

async function windowOf(client: QueryClient, view: ListView, number: number, signal: AbortSignal): Promise<VideoPage> {
  const counted = client.getQueryData<VideoCount>(listKeys.count(countedParameters(view)));
  const { url, isBackwards } = requestOf(view, number, counted?.count);
  const page = await getJson<VideoPage>(url, signal);
  return isBackwards ? { ...page, items: page.items.reverse() } : page;
}

/** The server steps over every video that is skipped: what is nearer to the end of a long list is requested from there. */
export function requestOf(view: ListView, number: number, count = 0): { url: string; isBackwards: boolean } {
  const skipped = number * WINDOW_SIZE;
  const limit = Math.min(WINDOW_SIZE, count - skipped);
  const behind = count - skipped - limit;
  const isBackwards = skipped >= FAR && limit > 0 && behind < skipped;
  const parameters = parametersOf(isBackwards ? { ...view, order: oppositeOf(view.order) } : view);
  parameters.set("limit", `${isBackwards ? limit : WINDOW_SIZE}`);
  parameters.set("offset", `${isBackwards ? behind : skipped}`);
  return { url: `/api/videos?${parameters}`, isBackwards };
}

/** The videos from one place of the list to another, both included. */
export async function videosBetween(client: QueryClient, view: ListView, from: number, to: number): Promise<Video[]> {
  const parameters = parametersOf(view).toString();
  const found: Video[] = [];
  for (let number = Math.floor(from / WINDOW_SIZE); number <= Math.floor(to / WINDOW_SIZE); number++) {
    const page = await client.fetchQuery({
      queryKey: listKeys.window(parameters, number),
      queryFn: ({ signal }) => windowOf(client, view, number, signal),
      staleTime: LIST_EVERY_MS,
      gcTime: KEPT_MS,
    });
    found.push(...page.items.filter((_, place) => isWithin(number * WINDOW_SIZE + place, from, to)));
  }
  return found;
}

function isWithin(place: number, from: number, to: number): boolean {
  return from <= place && place <= to;
}

/** The videos around one in the list, nearest in the middle, also where the list was never opened. */
export function useNeighbours(id: string, view: ListView) {
  const client = useQueryClient();
  const isPainted = useIsPainted();
  const parameters = parametersOf(view).toString();
  return useQuery({
    queryKey: listKeys.neighbours(id, parameters),
    queryFn: ({ signal }) =>
      getJson<VideoNeighbours>(`/api/videos/${encodeURIComponent(id)}/neighbours?${parameters}&limit=${NEIGHBOURS}`, signal),
    enabled: isPainted,
    staleTime: LIST_EVERY_MS,
    refetchInterval: LIST_EVERY_MS,
    retry: false,
    placeholderData: (known, query) => known && query && around(id, listOf(client, known, query.queryKey)),
  });
}

/** The neighbours of a video and, between them, the video itself if it is known. */
function listOf(client: QueryClient, { before, after }: VideoNeighbours, key: readonly unknown[]): Video[] {
  const id = key[keys.videos.length + 1] as string;
  const video = knownVideo(client, id);
  return [...before, ...(video ? [video] : []), ...after];
}

/** What is around a video in a part of the list; undefined if it is not in it. */
export function around(id: string, videos: readonly Video[]): VideoNeighbours | undefined {
  const place = videos.findIndex((video) => video.id === id);
  return place < 0 ? undefined : { before: videos.slice(0, place), after: videos.slice(place + 1) };
}

function isPage(data: unknown): data is VideoPage {
  return typeof data === "object" && data !== null && "items" in data;
}

export function dropFromWindows(client: QueryClient, id: string): void {
  client.setQueriesData<unknown>({ queryKey: [...keys.videos, "window"] }, (known: unknown) =>
    isPage(known) ? { ...known, items: known.items.filter((video) => video.id !== id) } : known,
  );
}

/** A video as the page has it already, from a request of its own or from the list. */
export function knownVideo(client: QueryClient, id: string): Video | undefined {
  const own = client.getQueryData<Video>(keys.video(id));
  if (own) return own;
  const listed = client.getQueriesData<Partial<VideoPage & VideoNeighbours>>({ queryKey: keys.videos });
  return listed
    .flatMap(([, data]) => [...(data?.items ?? []), ...(data?.before ?? []), ...(data?.after ?? [])])
    .find((video) => video.id === id);
}
