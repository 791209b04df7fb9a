import { NO_FOLDER, type VideoSort, type VideoStatus } from "../contract";

/** What of the list a person wants to see, in which order, and how. */
export interface ListView {
  /** Its id, `NO_FOLDER`, or empty: wherever the videos are. */
  folder: string;
  query: string;
  status: StatusFilter;
  /** Days of the upload, both included, as in `<input type="date">`; empty: without a limit. */
  from: string;
  to: string;
  order: VideoSort;
  layout: Layout;
}

export type StatusFilter = "all" | VideoStatus | "queued";
export type Layout = "grid" | "table";

export const FIRST_VIEW: ListView = {
  folder: "",
  query: "",
  status: "all",
  from: "",
  to: "",
  order: "-created_at",
  layout: "grid",
};

export const STATUS_FILTERS: readonly StatusFilter[] = ["all", "ready", "queued", "streaming", "paused", "finished", "failed"];

export const ORDERS: readonly VideoSort[] = [
  "-created_at",
  "created_at",
  "name",
  "-name",
  "-duration_s",
  "duration_s",
  "-size_bytes",
  "size_bytes",
];

/** Whether it leaves videos of its folder out. */
export function isFiltered({ query, status, from, to }: ListView): boolean {
  return query.trim() !== "" || status !== "all" || from !== "" || to !== "";
}

/** All videos of the folder, shown in the same way. */
export function unfiltered(view: ListView): ListView {
  return { ...view, query: "", status: "all", from: "", to: "" };
}

/** The parameters of the list of videos in the API. */
export function parametersOf({ folder, query, status, from, to, order }: ListView): URLSearchParams {
  const parameters = new URLSearchParams();
  if (folder) parameters.set("folder", folder);
  if (query.trim()) parameters.set("search", query.trim());
  // A queued video is shown as queued, whatever it was before.
  if (status === "queued") parameters.set("queued", "true");
  else if (status !== "all") {
    parameters.set("status", status);
    parameters.set("queued", "false");
  }
  const first = dayBegins(from, 0);
  const last = dayBegins(to, 1);
  if (first) parameters.set("created_from", first);
  if (last) parameters.set("created_before", last);
  if (order !== "-created_at") parameters.set("sort", order);
  return parameters;
}

/** The beginning of the day here, or of a later one; null for what is no day. */
function dayBegins(day: string, later: number): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  const begins = new Date(year, month - 1, date + later);
  return year < 1000 || Number.isNaN(begins.getTime()) ? null : begins.toISOString();
}

/** The other direction of the order by this field, or the field's own first one. */
export function sortedBy(order: VideoSort, first: VideoSort): VideoSort {
  return order === first ? oppositeOf(first) : first;
}

/** By the same field in the other direction. */
export function oppositeOf(order: VideoSort): VideoSort {
  return (order.startsWith("-") ? order.slice(1) : `-${order}`) as VideoSort;
}

/** The view with the folder that the address of the list names (`/?folder=<id>`), if it names one. */
export function withFolderOf(search: string, view: ListView): ListView {
  const folder = new URLSearchParams(search).get("folder");
  return folder === null ? view : { ...view, folder };
}

/** The address of the list that shows this folder. */
export function folderAddress(folder: string): string {
  return folder ? `/?folder=${encodeURIComponent(folder)}` : "/";
}

/** The id of the folder that is shown; null for none. */
export function shownFolder({ folder }: ListView): string | null {
  return folder && folder !== NO_FOLDER ? folder : null;
}
