export const app = {
  title: "Onwatch",
  /** Of the window, while a page is open. */
  titleOf: (page: string) => `${page} · Onwatch`,
  skipToContent: "Skip to content",
  brand: "Onwatch: all videos",
  allVideos: "All videos",
  navigation: "Pages",
  videos: "Videos",
  api: "API",
  apiText: "What programs can ask this system for. Requests that you try out here have your own rights, and are real.",
  apiFile: "Download as OpenAPI",
  pageNotFound: "Page not found",
  connection: { connecting: "Connecting…", open: "Connected", lost: "Reconnecting…" },
  notDeleted: (name: string, reason: string) => `“${name}” was not deleted. ${reason}`,
  rateSaved: "Rate saved. It applies from the next start.",
  unreachable: "Onwatch does not answer. Check that it is running.",
  withoutReason: (status: number) => `The server answered ${status} without a reason.`,
};
