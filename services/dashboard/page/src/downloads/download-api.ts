import { getJson, RequestFailed, send } from "../api/http";
import { urls } from "../api/urls";
import type { Download } from "../contract";
import type { DownloadApi } from "./downloads";

/** The HTTP API of downloads. */
export const downloadApi: DownloadApi = {
  start: async (request, into) => (await send<Download>("POST", urls.downloads(into), request))!,
  get: (downloadId) => getJson<Download>(urls.download(downloadId), new AbortController().signal),
  cancel: async (downloadId) => {
    try {
      await send("DELETE", urls.download(downloadId));
    } catch (error) {
      // Cancelled by somebody else, or by a restart.
      if (!(error instanceof RequestFailed && error.status === 404)) throw error;
    }
  },
};
