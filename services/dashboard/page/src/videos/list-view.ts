import type { Video, VideoStatus } from "../contract";
import { isQueued } from "../state/video-state";

/** What of the list a person wants to see, and in which order. */
export interface ListView {
  query: string;
  status: StatusFilter;
  order: Order;
}

export type StatusFilter = "all" | VideoStatus | "queued";
export type Order = "newest" | "oldest" | "name" | "longest";

export const FIRST_VIEW: ListView = { query: "", status: "all", order: "newest" };

export const STATUS_FILTERS: readonly [StatusFilter, string][] = [
  ["all", "All states"],
  ["ready", "Ready"],
  ["queued", "Queued"],
  ["streaming", "Running"],
  ["paused", "Paused"],
  ["finished", "Finished"],
  ["failed", "Failed"],
];

export const ORDERS: readonly [Order, string][] = [
  ["newest", "Newest first"],
  ["oldest", "Oldest first"],
  ["name", "By name"],
  ["longest", "Longest first"],
];

/** True if it needs videos that are not loaded yet: the server gives the newest first. */
export function needsAll({ query, status, order }: ListView): boolean {
  return query.trim() !== "" || status !== "all" || order !== "newest";
}

/** The videos of a view, in its order. Every word of the query has to be in the name. */
export function videosOf(videos: readonly Video[], { query, status, order }: ListView): Video[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = videos.filter((video) => {
    const name = video.name.toLocaleLowerCase();
    return words.every((word) => name.includes(word)) && (status === "all" || statusOf(video) === status);
  });
  return order === "newest" ? found : found.sort(COMPARED[order]);
}

function statusOf(video: Video): StatusFilter {
  return isQueued(video) ? "queued" : video.status;
}

const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Equal ones stay newest first. */
const COMPARED: Record<Exclude<Order, "newest">, (a: Video, b: Video) => number> = {
  oldest: (a, b) => a.created_at.localeCompare(b.created_at),
  name: (a, b) => NAMES.compare(a.name, b.name),
  longest: (a, b) => b.duration_s - a.duration_s,
};

/** "3 of 120 videos", "120 videos", and "24 videos and more" while older ones are not loaded. */
export function totalText(shown: number, loaded: number, hasMore: boolean): string {
  const all = `${loaded} ${loaded === 1 ? "video" : "videos"}${hasMore ? " and more" : ""}`;
  return shown === loaded ? all : `${shown} of ${all}`;
}
