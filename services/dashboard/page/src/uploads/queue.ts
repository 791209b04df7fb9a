/** A queue of uploads, sent one after the other. */

import { type Sample, speedOf, withSample } from "./transfer-speed";

export type UploadStatus = "waiting" | "sending" | "checking" | "done" | "failed" | "cancelled";

export interface Upload {
  id: number;
  /** The files that were chosen together. */
  groupId: number;
  /** The folder of videos that it goes into. */
  into: string | null;
  name: string;
  sizeBytes: number;
  status: UploadStatus;
  sentBytes: number;
  /** Bytes a second; null until it can be told. */
  speed: number | null;
  /** The connection is lost; it goes on by itself. */
  isInterrupted: boolean;
  reason: string | null;
  /** It failed for a reason that may pass, or was cancelled. */
  canRetry: boolean;
  /** Of the new video, once it is done. */
  videoId: string | null;
}

export interface Sending {
  cancel(): void;
}

export interface Failure {
  reason: string;
  /** The same file may be taken at another time. */
  mayPass: boolean;
}

export interface SendingEvents {
  progress(sentBytes: number): void;
  /** The connection is lost; progress follows when it is back. */
  interrupted(): void;
  done(videoId: string): void;
  failed(failure: Failure): void;
}

/** Sends one file; in the end exactly one of `done` and `failed` is called, unless it is cancelled. */
export type SendFile<F> = (file: F, events: SendingEvents, into: string | null) => Sending;

const UNSENT = { sentBytes: 0, speed: null, isInterrupted: false };
const OVER: readonly UploadStatus[] = ["done", "failed", "cancelled"];

export function isOver({ status }: Upload): boolean {
  return OVER.includes(status);
}

export class UploadQueue<F extends { name: string; size: number }> {
  private uploads: readonly Upload[] = [];
  private readonly files = new Map<number, F>();
  private readonly watchers = new Set<() => void>();
  private current: { id: number; sending: Sending } | null = null;
  private samples: readonly Sample[] = [];
  private lastId = 0;

  constructor(
    private readonly sendFile: SendFile<F>,
    private readonly uploaded: () => void,
    private readonly nowMs: () => number,
  ) {}

  readonly snapshot = (): readonly Upload[] => this.uploads;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** The files that are still to be uploaded; not those that were cancelled or that the server refuses. */
  readonly pending = (): { file: F; into: string | null }[] =>
    this.uploads.flatMap(({ id, into, status, canRetry }) => {
      const file = this.files.get(id);
      const isPending = status === "failed" ? canRetry : status !== "done" && status !== "cancelled";
      return file && isPending ? [{ file, into }] : [];
    });

  get busy(): boolean {
    return !this.uploads.every(isOver);
  }

  readonly add = (files: Iterable<F>, groupId: number, into: string | null = null): void => {
    const added: Upload[] = [];
    for (const file of files) {
      const id = ++this.lastId;
      this.files.set(id, file);
      added.push({
        id,
        groupId,
        into,
        name: file.name,
        sizeBytes: file.size,
        status: "waiting",
        ...UNSENT,
        reason: null,
        canRetry: false,
        videoId: null,
      });
    }
    this.set([...this.uploads, ...added]);
    this.sendNext();
  };

  readonly cancel = (id: number): void => {
    const upload = this.uploads.find((each) => each.id === id);
    if (!upload || isOver(upload)) return;
    if (this.current?.id === id) {
      this.current.sending.cancel();
      this.current = null;
    }
    this.end(id, { status: "cancelled", canRetry: true });
  };

  /** Send a file again whose upload failed or was cancelled. */
  readonly retry = (id: number): void => {
    if (!this.uploads.some((upload) => upload.id === id && upload.canRetry)) return;
    this.change(id, { ...UNSENT, status: "waiting", reason: null, canRetry: false });
    this.sendNext();
  };

  /** Remove a finished, failed or cancelled upload from the list. */
  readonly dismiss = (id: number): void => {
    this.set(this.uploads.filter((upload) => upload.id !== id || !isOver(upload)));
    if (!this.uploads.some((upload) => upload.id === id)) this.files.delete(id);
  };

  private sendNext(): void {
    const next = this.uploads.find(({ status }) => status === "waiting");
    const file = next && this.files.get(next.id);
    if (this.current || !next || !file) return;
    const { id } = next;
    this.change(id, { status: "sending" });
    this.samples = [];
    const events: SendingEvents = {
      progress: (sentBytes) => this.progress(id, sentBytes, next.sizeBytes),
      interrupted: () => {
        this.samples = [];
        this.change(id, { isInterrupted: true, speed: null });
      },
      done: (videoId) => this.finish(id, { status: "done", sentBytes: next.sizeBytes, videoId }),
      failed: ({ reason, mayPass }) => this.finish(id, { status: "failed", reason, canRetry: mayPass }),
    };
    const sending = this.sendFile(file, events, next.into);
    this.current = { id, sending };
  }

  /** After the last byte, the server still checks whether the file is a video. */
  private progress(id: number, sentBytes: number, sizeBytes: number): void {
    this.samples = withSample(this.samples, { bytes: sentBytes, atMs: this.nowMs() });
    this.change(id, {
      sentBytes: Math.min(sentBytes, sizeBytes),
      speed: speedOf(this.samples),
      isInterrupted: false,
      status: sentBytes >= sizeBytes ? "checking" : "sending",
    });
  }

  private finish(id: number, change: Partial<Upload>): void {
    this.current = null;
    if (change.status === "done") this.uploaded();
    this.end(id, change);
  }

  private end(id: number, change: Partial<Upload>): void {
    if (!change.canRetry) this.files.delete(id);
    this.change(id, { ...change, isInterrupted: false });
    this.sendNext();
  }

  private change(id: number, change: Partial<Upload>): void {
    this.set(this.uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
  }

  private set(uploads: readonly Upload[]): void {
    this.uploads = uploads;
    this.watchers.forEach((watcher) => watcher());
  }
}
