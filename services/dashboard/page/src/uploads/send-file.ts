import { reasonOf, RequestFailed } from "../api/http";
import { reconnectDelayMs } from "../channel/backoff";
import type { Upload } from "../contract";
import { texts } from "../texts";
import type { Timers } from "../timers";
import type { SendFile, Sending, SendingEvents } from "./queue";
import type { UploadApi } from "./upload-api";

const POLL_MS = 500;
/** Neither the file nor the request is at fault: without an answer, and while the server or a proxy starts again. */
const PASSING = [0, 502, 503, 504];

/** Sends files so that a lost connection costs nothing: it goes on where the server has got to, until it is cancelled. */
export function resumableSender<F extends { size: number }>(api: UploadApi<F>, timers: Timers): SendFile<F> {
  return (file, events, into) => send(api, timers, file, events, into);
}

function send<F extends { size: number }>(
  api: UploadApi<F>,
  timers: Timers,
  file: F,
  events: SendingEvents,
  into: string | null,
): Sending {
  const cancelling = new AbortController();
  const { signal } = cancelling;
  let id: string | null = null;
  const abandon = (): void => {
    if (id !== null) api.cancel(id);
    id = null;
  };
  const pause = (ms: number): Promise<void> => new Promise((resume) => void timers.after(ms, resume));

  /** One attempt; the upload as it is when all of the file has arrived. */
  const attempt = async (onSent: (sentBytes: number) => void): Promise<Upload> => {
    id ??= await api.create(file, into);
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
          events.progress(sentBytes);
        });
        if (signal.aborted) return abandon();
        if (upload.problem) return events.failed({ reason: upload.problem.detail, mayPass: false });
        return events.done(upload.id);
      } catch (error) {
        if (signal.aborted) return abandon();
        if (isExpired(error)) id = null;
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
