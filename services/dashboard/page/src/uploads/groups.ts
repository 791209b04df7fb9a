/** Files that were chosen together, and the join of their videos. */

import type { Join } from "../contract";
import { texts } from "../texts";
import { isOver, type Upload, type UploadQueue } from "./queue";

export interface GroupJoin {
  /** `held`: an upload failed that may succeed, so that somebody has to decide. */
  status: "held" | "waiting" | "joining" | "done" | "failed" | "cancelled";
  /** From 0 to 1. */
  progress: number;
  reason: string | null;
  /** The server's answer at the end. */
  result: Join | null;
}

export interface UploadGroup {
  id: number;
  /** Of the folder; null for files that were chosen one by one. */
  folder: string | null;
  /** Join its videos when all are uploaded. */
  isJoined: boolean;
  join: GroupJoin | null;
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

const BEGUN: GroupJoin = { status: "waiting", progress: 0, reason: null, result: null };

export class UploadGroups<F extends { name: string; size: number }> {
  private groups: readonly UploadGroup[] = [];
  private readonly watchers = new Set<() => void>();
  private readonly joinings = new Map<number, Joining>();
  private lastId = 0;

  constructor(
    private readonly queue: UploadQueue<F>,
    private readonly joinVideos: JoinVideos,
    private readonly joined: () => void,
  ) {
    queue.watch(() => this.groups.forEach((group) => this.proceed(group)));
  }

  readonly snapshot = (): readonly UploadGroup[] => this.groups;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Upload the files in this order, into the folder of videos with the id `into`; null: into none. */
  readonly add = (files: readonly F[], folder: string | null, isJoined: boolean, into: string | null = null): void => {
    const id = ++this.lastId;
    this.set([...this.groups, { id, folder, isJoined, join: null }]);
    this.queue.add(files, id, into);
  };

  readonly setJoined = (id: number, isJoined: boolean): void => {
    const group = this.find(id);
    if (!group || (group.join && group.join.status !== "held")) return;
    this.change(id, { isJoined, join: null });
    this.proceed(this.find(id)!);
  };

  /** Join what is uploaded, without what is not; or again, after a join that failed or was cancelled. */
  readonly joinNow = (id: number): void => {
    const group = this.find(id);
    if (!group || this.joinings.has(id) || group.join?.status === "done") return;
    this.begin(group);
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

  /** Remove a group whose uploads and whose join are over. */
  readonly dismiss = (id: number): void => {
    const uploads = this.uploadsOf(id);
    if (this.joinings.has(id) || !uploads.every(isOver)) return;
    this.set(this.groups.filter((group) => group.id !== id));
    for (const upload of uploads) this.queue.dismiss(upload.id);
  };

  /** Cancel and remove everything, so that nothing begins meanwhile: no join, and no upload that waits for another. */
  readonly clear = (): void => {
    this.set(this.groups.map((group) => ({ ...group, isJoined: false })));
    [...this.queue.snapshot()].reverse().forEach(({ id }) => this.queue.cancel(id));
    this.groups.forEach(({ id }) => {
      this.cancel(id);
      this.dismiss(id);
    });
  };

  private uploadsOf(id: number): Upload[] {
    return this.queue.snapshot().filter(({ groupId }) => groupId === id);
  }

  private find(id: number): UploadGroup | undefined {
    return this.groups.find((group) => group.id === id);
  }

  private proceed(group: UploadGroup): void {
    const uploads = this.uploadsOf(group.id);
    const areOver = uploads.length > 0 && uploads.every(isOver);
    if (group.join?.status === "held" && !areOver) return this.change(group.id, { join: null });
    if (!group.isJoined || group.join || !areOver) return;
    if (uploads.some(({ status, canRetry }) => status === "failed" && canRetry))
      return this.change(group.id, { join: { ...BEGUN, status: "held" } });
    if (uploads.some(({ status }) => status === "done")) this.begin(group);
  }

  private begin({ id }: UploadGroup): void {
    const videoIds = this.uploadsOf(id).flatMap(({ videoId }) => videoId ?? []);
    if (videoIds.length < 2) return this.change(id, { join: { ...BEGUN, status: "failed", reason: texts.uploads.tooFew } });
    this.change(id, { isJoined: true, join: BEGUN });
    const joining = this.joinVideos(videoIds, {
      progress: (status, progress) => this.changeJoin(id, { status, progress }),
      done: (result) => this.end(id, { status: "done", progress: 1, result }),
      failed: (reason) => this.end(id, { status: "failed", reason }),
    });
    if (this.find(id)?.join === BEGUN) this.joinings.set(id, joining);
  }

  private end(id: number, change: Partial<GroupJoin>): void {
    this.joinings.delete(id);
    this.changeJoin(id, change);
    this.joined();
  }

  private changeJoin(id: number, change: Partial<GroupJoin>): void {
    const join = this.find(id)?.join;
    if (join) this.change(id, { join: { ...join, ...change } });
  }

  private change(id: number, change: Partial<UploadGroup>): void {
    this.set(this.groups.map((group) => (group.id === id ? { ...group, ...change } : group)));
  }

  private set(groups: readonly UploadGroup[]): void {
    this.groups = groups;
    this.watchers.forEach((watcher) => watcher());
  }
}
