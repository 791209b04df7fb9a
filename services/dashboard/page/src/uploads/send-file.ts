import { reasonOf, RequestFailed } from "../api/http";
import { reconnectDelayMs } from "../channel/backoff";
import type { Upload } from "../contract";
import { texts } from "../texts";
import type { Timers } from "../timers";
import type { SendFile, Sending, SendingEvents } from "./queue";
import type { FileId, UnfinishedUploads } from "./unfinished";
import type { UploadApi } from "./upload-api";

const POLL_MS = 500;
/** Neither the file nor the request is at fault: without an answer, and while the server or a proxy starts again. */
const PASSING = [0, 502, 503, 504];

type Remembered = Pick<UnfinishedUploads, "take" | "begun" | "sent" | "over">;

/**
 * Sends files so that a lost connection costs nothing: it goes on where the server has got to, until it is cancelled. So does
 * an upload that a reload of the page has ended, when the same file is sent again.
 */
export function resumableSender<F extends FileId>(api: UploadApi<F>, timers: Timers, unfinished: Remembered): SendFile<F> {
  return (file, events, into) => send(api, timers, unfinished, file, events, into);
}

function send<F extends FileId>(
  api: UploadApi<F>,
  timers: Timers,
  unfinished: Remembered,
  file: F,
  events: SendingEvents,
  into: string | null,
): Sending {
  const cancelling = new AbortController();
  const { signal } = cancelling;
  let id: string | null = null;
  const forget = (): void => {
    if (id !== null) unfinished.over(id);
    id = null;
  };
  const abandon = (): void => {
    if (id !== null) api.cancel(id);
    forget();
  };
  const pause = (ms: number): Promise<void> => new Promise((resume) => void timers.after(ms, resume));

  /** One attempt; the upload as it is when all of the file has arrived. */
  const attempt = async (onSent: (sentBytes: number) => void): Promise<Upload> => {
    id ??= unfinished.take(file, into);
    if (id === null) {
      id = await api.create(file, into);
      unfinished.begun(file, id, into);
    }
    let upload = await api.get(id);
    while (upload.state === "receiving" && !signal.aborted) {
      onSent(upload.received_bytes);
      await api.append(id, file, upload.received_bytes, onSent, signal);
      upload = await api.get(id);
    }
    while (upload.state === "checking" && !signal.aborted) {
      events.progress(file.size);
      await pause(POLL_MS);
      upload = await api.get(id);
    }
    return upload;
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; failures++) {
      let least: number | null = null;
      try {
        const upload = await attempt((sentBytes) => {
          // From here on, what has failed before says nothing.
          if (least !== null && sentBytes > least) failures = 0;
          least ??= sentBytes;
          if (id !== null) unfinished.sent(id);
          events.progress(sentBytes);
        });
        if (signal.aborted) return abandon();
        forget();
        if (upload.problem) return events.failed({ reason: upload.problem.detail, mayPass: false });
        return events.done(upload.id);
      } catch (error) {
        if (signal.aborted) return abandon();
        if (isExpired(error)) forget();
        else if (!mayPassByItself(error)) {
          abandon(); // a retry begins again
          return events.failed(failureOf(error));
        }
        events.interrupted();
        await pause(reconnectDelayMs(failures, Math.random));
      }
    }
  };
  void run();
  return {
    cancel: () => {
      cancelling.abort();
      abandon();
    },
  };
}

function mayPassByItself(error: unknown): boolean {
  // Another part of the file is expected: an earlier request has got further than the server had said.
  return error instanceof RequestFailed && (PASSING.includes(error.status) || error.status === 409);
}

/** Nothing of the file is left at the server. */
function isExpired(error: unknown): boolean {
  return error instanceof RequestFailed && error.code === "upload_not_found";
}

function failureOf(error: unknown): { reason: string; mayPass: boolean } {
  const status = error instanceof RequestFailed ? error.status : 0;
  return { reason: reasonOf(error) || texts.uploads.failed, mayPass: status >= 500 || status === 429 };
}
