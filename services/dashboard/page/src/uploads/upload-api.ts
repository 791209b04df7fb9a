import { getJson, RequestFailed, requestFailed } from "../api/http";
import { urls } from "../api/urls";
import type { Upload } from "../contract";
import { texts } from "../texts";
import type { Cancel, Timers } from "../timers";

/** The server's side of a resumable upload. A request that fails raises `RequestFailed`; a file that cannot be read, another error. */
export interface UploadApi<F> {
  /** The id of a new upload, which becomes that of the video. */
  create(file: F, into: string | null): Promise<string>;
  get(id: string): Promise<Upload>;
  /** Sends the file from `offset` on; `onSent` is called with the bytes that were sent of the whole file. */
  append(id: string, file: F, offset: number, onSent: (sentBytes: number) => void, signal: AbortSignal): Promise<void>;
  /** Deletes what has arrived. Fails in silence: what is left expires. */
  cancel(id: string): void;
}

const TUS = { "Tus-Resumable": "1.0.0" };
/** A connection that is gone may not say so: without a byte for so long it is taken as lost. */
export const SILENT_MS = 30_000;

/** By the tus protocol, which the catalog speaks. */
export function tusApi(timers: Timers): UploadApi<File> {
  return {
    create: async (file, into) => {
      const headers = {
        ...TUS,
        "Upload-Length": String(file.size),
        "Upload-Metadata": `filename ${inBase64(file.name)}`,
      };
      const response = await answer(fetch(urls.uploads(into), { method: "POST", headers }));
      return (response.headers.get("Location") ?? "").split("/").pop()!;
    },
    get: (id) => getJson<Upload>(urls.upload(id), new AbortController().signal),
    append: async (id, file, offset, onSent, signal) => {
      await requireReadable(file, offset);
      return append(timers, urls.upload(id), file, offset, onSent, signal);
    },
    cancel: (id) => void fetch(urls.upload(id), { method: "DELETE", headers: TUS }).catch(() => undefined),
  };
}

/** A file that was moved or changed since it was chosen would fail as if the connection were lost. */
async function requireReadable(file: File, offset: number): Promise<void> {
  await file
    .slice(offset, offset + 1)
    .arrayBuffer()
    .catch(() => {
      throw new Error(texts.uploads.fileUnreadable);
    });
}

async function answer(asked: Promise<Response>): Promise<Response> {
  const response = await asked.catch(() => {
    throw connectionLost();
  });
  if (!response.ok) throw requestFailed(response.status, await response.text());
  return response;
}

/** Uses XMLHttpRequest, which unlike fetch reports upload progress. */
function append(
  timers: Timers,
  url: string,
  file: File,
  offset: number,
  onSent: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(connectionLost());
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    let silence: Cancel = timers.after(SILENT_MS, abort);
    request.upload.onprogress = ({ loaded }) => {
      silence();
      // After the last byte it is up to the server.
      if (offset + loaded < file.size) silence = timers.after(SILENT_MS, abort);
      onSent(offset + loaded);
    };
    request.onload = () => {
      if (request.status === 204) resolve();
      else reject(requestFailed(request.status, request.responseText));
    };
    request.onerror = request.onabort = () => reject(connectionLost());
    request.onloadend = () => {
      silence();
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort);
    request.open("PATCH", url);
    request.setRequestHeader("Tus-Resumable", TUS["Tus-Resumable"]);
    request.setRequestHeader("Content-Type", "application/offset+octet-stream");
    request.setRequestHeader("Upload-Offset", String(offset));
    request.send(file.slice(offset));
  });
}

function connectionLost(): RequestFailed {
  return new RequestFailed(0, "unreachable", texts.uploads.connectionLost);
}

/** Of its UTF-8. */
export function inBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
