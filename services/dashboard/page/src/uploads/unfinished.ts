/** Uploads that a reload or a crash of the page has ended: a browser keeps no file, but where its upload had got to is remembered. */

export interface FileId {
  name: string;
  size: number;
  lastModified: number;
}

export interface UnfinishedUpload extends FileId {
  /** At the server; null: nothing of the file has been sent. */
  uploadId: string | null;
  /** The folder of videos that it goes into. */
  into: string | null;
  /** Who began it: nobody else is told of it. */
  owner: string;
  /** When a page was last sending it; 0: that page was left. */
  sentAtMs: number;
}

/** A file of a queue, and the folder of videos that it goes into. */
export interface PendingFile {
  file: FileId;
  into: string | null;
}

export interface Memory {
  read(): string | null;
  write(text: string): void;
}

/** How often a page says that it is still sending. */
const SAID_EVERY_MS = 5000;
/** A page that has said nothing for so long has crashed. */
const SILENT_MS = 60_000;

/** Remembered for all pages of this browser. A page offers what none of them is sending. */
export class UnfinishedUploads {
  private readonly own = new Set<string>();
  private readonly watchers = new Set<() => void>();
  private shown: readonly UnfinishedUpload[] = [];

  constructor(
    private readonly memory: Memory,
    private readonly owner: () => string | null,
    private readonly nowMs: () => number,
  ) {}

  /** What can be gone on with. The same list as before, unless it is another one. */
  readonly snapshot = (): readonly UnfinishedUpload[] => {
    const found = this.remembered().filter((each) => each.owner === this.owner() && !this.isSent(each));
    if (JSON.stringify(found) !== JSON.stringify(this.shown)) this.shown = found;
    return this.shown;
  };

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Another page of this browser has changed the memory. */
  readonly changed = (): void => this.watchers.forEach((watcher) => watcher());

  /** The upload of this file that was ended, which this page goes on with from now on; null if there is none. */
  take(file: FileId, into: string | null): string | null {
    const found = this.snapshot().find((each) => each.uploadId !== null && isSameFile(each, file) && each.into === into);
    if (!found) return null;
    this.begin(found);
    return found.uploadId;
  }

  begun(file: FileId, uploadId: string, into: string | null): void {
    const owner = this.owner();
    const { name, size, lastModified } = file;
    if (owner !== null) this.begin({ name, size, lastModified, uploadId, into, owner, sentAtMs: 0 });
  }

  /** It is being sent, so this page goes on with all of its own. */
  sent(uploadId: string): void {
    const known = this.remembered();
    const nowMs = this.nowMs();
    if (!known.some((each) => each.uploadId === uploadId && nowMs - each.sentAtMs >= SAID_EVERY_MS)) return;
    this.write(known.map((each) => (this.own.has(keyOf(each)) ? { ...each, sentAtMs: nowMs } : each)));
  }

  /** What the queue of this page still has to send: of a file of which nothing has been sent, its name is remembered. */
  readonly queued = (pending: readonly PendingFile[]): void => {
    const owner = this.owner();
    if (owner === null) return;
    const known = this.remembered();
    const begun = known.filter((each) => each.uploadId !== null && this.own.has(keyOf(each)));
    const waiting = pending
      .filter(({ file, into }) => !begun.some((each) => each.into === into && isSameFile(each, file)))
      .map(({ file: { name, size, lastModified }, into }) => {
        return { name, size, lastModified, uploadId: null, into, owner, sentAtMs: this.nowMs() };
      });
    const wanted = new Set(waiting.map(keyOf));
    const over = known.filter((each) => each.uploadId === null && this.own.has(keyOf(each)) && !wanted.has(keyOf(each)));
    const added = waiting.filter((each) => !this.own.has(keyOf(each)));
    if (!over.length && !added.length) return;
    for (const each of over) this.own.delete(keyOf(each));
    for (const each of added) this.own.add(keyOf(each));
    const replaced = new Set([...over, ...added].map(keyOf));
    this.write([...known.filter((each) => !replaced.has(keyOf(each))), ...added]);
  };

  /** They are complete, refused, deleted or expired; or nothing of them is wanted any more. */
  over(...uploads: (string | UnfinishedUpload)[]): void {
    const keys = new Set(uploads.map((each) => (typeof each === "string" ? each : keyOf(each))));
    for (const key of keys) this.own.delete(key);
    const left = this.remembered();
    if (left.some((each) => keys.has(keyOf(each)))) this.write(left.filter((each) => !keys.has(keyOf(each))));
  }

  /** The page is left: what it was sending can be gone on with at once. */
  readonly leave = (): void => {
    const left = this.remembered().map((each) => (this.own.has(keyOf(each)) ? { ...each, sentAtMs: 0 } : each));
    if (this.own.size) this.write(left);
    this.own.clear();
  };

  private begin(upload: UnfinishedUpload): void {
    this.own.add(keyOf(upload));
    this.remember({ ...upload, sentAtMs: this.nowMs() });
  }

  private isSent(upload: UnfinishedUpload): boolean {
    return this.own.has(keyOf(upload)) || this.nowMs() - upload.sentAtMs < SILENT_MS;
  }

  private remember(upload: UnfinishedUpload): void {
    this.write([...this.remembered().filter((each) => keyOf(each) !== keyOf(upload)), upload]);
  }

  private remembered(): UnfinishedUpload[] {
    try {
      const found: unknown = JSON.parse(this.memory.read() ?? "[]");
      return Array.isArray(found) ? found.filter(isUnfinished) : [];
    } catch {
      return [];
    }
  }

  private write(uploads: readonly UnfinishedUpload[]): void {
    this.memory.write(JSON.stringify(uploads));
    this.changed();
  }
}

export function isSameFile(one: FileId, other: FileId): boolean {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

/** Of an upload that is not begun, the file and where it goes. */
function keyOf({ uploadId, name, size, lastModified, into }: UnfinishedUpload): string {
  return uploadId ?? JSON.stringify([name, size, lastModified, into]);
}

/** Another version of the page may have written it. */
function isUnfinished(found: unknown): found is UnfinishedUpload {
  const { uploadId, name, size, lastModified, into, owner, sentAtMs } = (found ?? {}) as Partial<UnfinishedUpload>;
  const texts = [uploadId === null ? "" : uploadId, name, owner, into ?? ""];
  return texts.every((each) => typeof each === "string") && [size, lastModified, sentAtMs].every(Number.isFinite);
}
