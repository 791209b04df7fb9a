/** Files that were chosen together, and the join of their videos. */

import type { Join } from "../contract";
import { isOver, type Upload, type UploadQueue } from "./queue";

export interface BatchJoin {
  /** `held`: an upload failed that may succeed, so that somebody has to decide. */
  status: "held" | "waiting" | "joining" | "done" | "failed" | "cancelled";
  /** From 0 to 1. */
  progress: number;
  reason: string | null;
  /** The server's answer at the end. */
  result: Join | null;
}

export interface Batch {
  id: number;
  /** Of the folder; null for files that were chosen one by one. */
  folder: string | null;
  /** Join its videos when all are uploaded. */
  isJoined: boolean;
  join: BatchJoin | null;
}

export interface Joining {
  cancel(): void;
}

export interface JoiningEvents {
  progress(status: "waiting" | "joining", progress: number): void;
  done(join: Join): void;
  failed(reason: string): void;
}

/** Joins videos; exactly one of `done` and `failed` is called, unless it is cancelled. */
export type JoinVideos = (videoIds: readonly string[], events: JoiningEvents) => Joining;

const BEGUN: BatchJoin = { status: "waiting", progress: 0, reason: null, result: null };
const TOO_FEW = "Nothing was joined: fewer than two recordings were uploaded.";

export class Batches<F extends { name: string; size: number }> {
  private batches: readonly Batch[] = [];
  private readonly watchers = new Set<() => void>();
  private readonly joinings = new Map<number, Joining>();
  private lastId = 0;

  constructor(
    private readonly queue: UploadQueue<F>,
    private readonly joinVideos: JoinVideos,
    private readonly joined: () => void,
  ) {
    queue.watch(() => this.batches.forEach((batch) => this.proceed(batch)));
  }

  readonly snapshot = (): readonly Batch[] => this.batches;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Upload the files in this order. */
  readonly add = (files: readonly F[], folder: string | null, isJoined: boolean): void => {
    const id = ++this.lastId;
    this.set([...this.batches, { id, folder, isJoined, join: null }]);
    this.queue.add(files, id);
  };

  readonly setJoined = (id: number, isJoined: boolean): void => {
    const batch = this.find(id);
    if (!batch || (batch.join && batch.join.status !== "held")) return;
    this.change(id, { isJoined, join: null });
    this.proceed(this.find(id)!);
  };

  /** Join what is uploaded, without what is not; or again, after a join that failed or was cancelled. */
  readonly joinNow = (id: number): void => {
    const batch = this.find(id);
    if (!batch || this.joinings.has(id) || batch.join?.status === "done") return;
    this.begin(batch);
  };

  /** Cancel the uploads that are not over, and the join. */
  readonly cancel = (id: number): void => {
    const uploads = this.uploadsOf(id);
    if (!uploads.every(isOver)) this.change(id, { isJoined: false });
    for (const upload of uploads) this.queue.cancel(upload.id);
    const joining = this.joinings.get(id);
    if (!joining) return;
    this.joinings.delete(id);
    joining.cancel();
    this.changeJoin(id, { status: "cancelled" });
  };

  /** Remove a batch whose uploads and whose join are over. */
  readonly dismiss = (id: number): void => {
    const uploads = this.uploadsOf(id);
    if (this.joinings.has(id) || !uploads.every(isOver)) return;
    this.set(this.batches.filter((batch) => batch.id !== id));
    for (const upload of uploads) this.queue.dismiss(upload.id);
  };

  private uploadsOf(id: number): Upload[] {
    return this.queue.snapshot().filter(({ batchId }) => batchId === id);
  }

  private find(id: number): Batch | undefined {
    return this.batches.find((batch) => batch.id === id);
  }

  private proceed(batch: Batch): void {
    const uploads = this.uploadsOf(batch.id);
    const areOver = uploads.length > 0 && uploads.every(isOver);
    if (batch.join?.status === "held" && !areOver) return this.change(batch.id, { join: null });
    if (!batch.isJoined || batch.join || !areOver) return;
    if (uploads.some(({ status, canRetry }) => status === "failed" && canRetry))
      return this.change(batch.id, { join: { ...BEGUN, status: "held" } });
    if (uploads.some(({ status }) => status === "done")) this.begin(batch);
  }

  private begin({ id }: Batch): void {
    const videoIds = this.uploadsOf(id).flatMap(({ videoId }) => videoId ?? []);
    if (videoIds.length < 2) return this.change(id, { join: { ...BEGUN, status: "failed", reason: TOO_FEW } });
    this.change(id, { isJoined: true, join: BEGUN });
    const joining = this.joinVideos(videoIds, {
      progress: (status, progress) => this.changeJoin(id, { status, progress }),
      done: (result) => this.end(id, { status: "done", progress: 1, result }),
      failed: (reason) => this.end(id, { status: "failed", reason }),
    });
    if (this.find(id)?.join === BEGUN) this.joinings.set(id, joining);
  }

  private end(id: number, change: Partial<BatchJoin>): void {
    this.joinings.delete(id);
    this.changeJoin(id, change);
    this.joined();
  }

  private changeJoin(id: number, change: Partial<BatchJoin>): void {
    const join = this.find(id)?.join;
    if (join) this.change(id, { join: { ...join, ...change } });
  }

  private change(id: number, change: Partial<Batch>): void {
    this.set(this.batches.map((batch) => (batch.id === id ? { ...batch, ...change } : batch)));
  }

  private set(batches: readonly Batch[]): void {
    this.batches = batches;
    this.watchers.forEach((watcher) => watcher());
  }
}
