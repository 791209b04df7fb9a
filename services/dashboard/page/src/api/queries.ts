import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { VehicleList, Video, VideoFileInfo, VideoMetrics, VideoPage } from "../contract";
import { getJson } from "./http";
import { keys } from "./keys";
import { urls } from "./urls";

const PAGE_SIZE = 24;
const LIST_EVERY_MS = 5000;
const RUNNING_METRICS_EVERY_MS = 2000;

export type VideoPages = InfiniteData<VideoPage, string | null>;

/** The videos loaded so far, newest first. */
export function useVideos() {
  return useInfiniteQuery({
    queryKey: keys.videos,
    queryFn: ({ pageParam, signal }) => getJson<VideoPage>(urls.page(PAGE_SIZE, pageParam), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: LIST_EVERY_MS,
    refetchOnWindowFocus: "always",
  });
}

export function useVideo(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.video(id),
    queryFn: ({ signal }) => getJson<Video>(urls.video(id), signal),
    refetchInterval: LIST_EVERY_MS,
    placeholderData: () => knownVideo(client, id),
  });
}

/** From the list, so that a click shows the name and the thumbnail at once. */
function knownVideo(client: QueryClient, id: string): Video | undefined {
  const pages = client.getQueryData<VideoPages>(keys.videos)?.pages ?? [];
  return pages.flatMap((page) => page.items).find((video) => video.id === id);
}

/** What the video's file turned out to be. Only a change of its rate, which changes `video.fps`, makes it another. */
export function useFileInfo(id: string, video: Video | undefined) {
  return useQuery({
    queryKey: keys.file(id, video?.fps),
    queryFn: ({ signal }) => getJson<VideoFileInfo>(urls.file(id), signal),
    enabled: video !== undefined,
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
    queryKey: keys.metrics(id),
    queryFn: ({ signal }) => getJson<VideoMetrics>(urls.metrics(id), signal),
    // Until the results are in SQL: whatever message is lost, the page ends up with the stored ones.
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_METRICS_EVERY_MS : false),
  });
}

export function useVehicles(id: string) {
  return useQuery({
    queryKey: keys.vehicles(id),
    queryFn: ({ signal }) => getJson<VehicleList>(urls.vehicles(id), signal),
  });
}
