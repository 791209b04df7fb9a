import { plural } from "./plural";

/** Of videos that the server fetches from addresses. */
export const downloads = {
  title: "From addresses",
  button: "From an address",
  dialogTitle: "Video from an address (URL)",
  dialogText: "Onwatch fetches the file itself, and goes on when this page is closed.",
  url: "Address (URL)",
  urlHint: "Of a video file, like https://nvr.example/clip.mp4, on a host that this installation allows.",
  urlMissing: "The address is missing.",
  name: "Name",
  nameHint: "Without one, the video is named as its file.",
  fetch: "Fetch video",
  list: "Videos from addresses",
  finishedOf: (finished: number, of: number) =>
    `${finished} of ${plural(of, { one: "# address", other: "# addresses" })} fetched`,
  progressOf: (name: string) => `Fetching ${name}`,
  starting: "Starting…",
  waiting: "Waiting for other downloads…",
  received: (size: string) => `${size} received`,
  checking: "Received. Checking the file…",
  cancelling: "Cancelling…",
  notCancelled: (reason: string) => `It could not be cancelled. ${reason}`,
  failed: "The video could not be fetched.",
  problems: {
    downloads_off: () =>
      "No host is allowed: this installation fetches nothing from addresses. Who runs it lists hosts in ONWATCH_CATALOG_DOWNLOAD_HOSTS. Upload the file instead.",
    invalid_download_url: (detail: string) => detail,
    download_host_not_allowed: (detail: string) => `${detail} Ask who runs this installation to list the host.`,
    download_redirect_refused: (detail: string) => detail,
    download_failed: (detail: string) => detail,
    download_too_slow: (detail: string) => detail,
    download_not_found: () =>
      "The download is not known any more: somebody cancelled it, or Onwatch was restarted. Nothing is left of it.",
    too_many_downloads: () => "Too many videos are being fetched. Try again when some of them have ended.",
    upload_too_large: (detail: string) => detail,
    storage_full: (detail: string) => detail,
    storage_quota_exceeded: (detail: string) => detail,
    empty_file: () => "The file at this address is empty.",
    not_a_video: (detail: string) => detail,
    folder_not_found: () => "The folder was deleted. Choose another one.",
  },
};
