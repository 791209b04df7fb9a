/** Videos that the server fetches from addresses, followed until they end. */

import { isRefusal, reasonOf, RequestFailed } from "../api/http";
import type { Download, DownloadRequest } from "../contract";
import type { Cancel, Timers } from "../timers";

const POLL_MS = 1000;

/** Why a request was refused, or a download failed. */
export interface DownloadProblem {
  /** As in the API; "unknown" of what is no answer of it. */
  code: string;
  detail: string;
}

export interface ShownDownload {
  /** In this page: a retry is another download of the server. */
  id: number;
  /** The folder of videos that it goes into. */
  into: string | null;
  name: string;
  /** `starting`: requested again. `cancelling`: until the server has deleted what had arrived. */
  status: Download["state"] | "starting" | "cancelling" | "cancelled";
  receivedBytes: number;
  /** Null while it is not known. */
  sizeBytes: number | null;
  /** Of a download that failed, or that could not be cancelled. */
  problem: DownloadProblem | null;
  /** Of the new video, once it is finished. */
  videoId: string | null;
}

export interface DownloadApi {
  start(request: DownloadRequest, into: string | null): Promise<Download>;
  get(downloadId: string): Promise<Download>;
  cancel(downloadId: string): Promise<void>;
}

const OVER: readonly ShownDownload["status"][] = ["finished", "failed", "cancelled"];
const CANCELLABLE: readonly ShownDownload["status"][] = ["waiting", "receiving", "checking"];

export function isOver({ status }: ShownDownload): boolean {
  return OVER.includes(status);
}

export function canCancel({ status }: ShownDownload): boolean {
  return CANCELLABLE.includes(status);
}

export function canRetry({ status }: ShownDownload): boolean {
  return status === "failed" || status === "cancelled";
}

/** What is needed to follow a download, and to request it again; its address is never shown again. */
interface Followed {
  request: DownloadRequest;
  downloadId: string;
  stop: Cancel;
}

export class Downloads {
  private downloads: readonly ShownDownload[] = [];
  private readonly followed = new Map<number, Followed>();
  private readonly watchers = new Set<() => void>();
  private lastId = 0;

  constructor(
    private readonly api: DownloadApi,
    private readonly timers: Timers,
    private readonly added: () => void,
  ) {}

  readonly snapshot = (): readonly ShownDownload[] => this.downloads;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Has the server fetch a video into the folder `into`; rejects, and shows nothing, where that is refused. */
  readonly start = async (request: DownloadRequest, into: string | null): Promise<void> => {
    const begun = await this.api.start(request, into);
    const id = ++this.lastId;
    this.set([...this.downloads, { id, into, ...shownOf(begun) }]);
    this.follow(id, request, begun);
  };

  /** Fetch again what failed or was cancelled. */
  readonly retry = async (id: number): Promise<void> => {
    const download = this.find(id);
    const request = this.followed.get(id)?.request;
    if (!download || !request || !canRetry(download)) return;
    this.change(id, { status: "starting", receivedBytes: 0, sizeBytes: null, problem: null });
    try {
      const begun = await this.api.start(request, download.into);
      if (!this.find(id)) return;
      this.change(id, shownOf(begun));
      this.follow(id, request, begun);
    } catch (error) {
      this.change(id, { status: "failed", problem: problemOf(error) });
    }
  };

  readonly cancel = async (id: number): Promise<void> => {
    const download = this.find(id);
    const followed = this.followed.get(id);
    if (!download || !followed || !canCancel(download)) return;
    followed.stop();
    this.change(id, { status: "cancelling", problem: null });
    try {
      await this.api.cancel(followed.downloadId);
      this.change(id, { status: "cancelled" });
    } catch (error) {
      this.change(id, { status: download.status, problem: problemOf(error) });
      this.askAgain(id); // It may have ended, or be gone.
    }
  };

  /** Remove a download that is over from the list; its video stays. */
  readonly dismiss = (id: number): void => {
    if (this.downloads.some((download) => download.id === id && isOver(download))) this.forget([id]);
  };

  /** Forget every download; the server goes on with those in progress. */
  readonly clear = (): void => this.forget(this.downloads.map(({ id }) => id));

  private forget(ids: readonly number[]): void {
    for (const id of ids) {
      this.followed.get(id)?.stop();
      this.followed.delete(id);
    }
    this.set(this.downloads.filter(({ id }) => !ids.includes(id)));
  }

  private follow(id: number, request: DownloadRequest, { id: downloadId }: Download): void {
    this.followed.set(id, { request, downloadId, stop: () => {} });
    this.askAgain(id);
  }

  private askAgain(id: number): void {
    const followed = this.followed.get(id);
    if (followed) followed.stop = this.timers.after(POLL_MS, () => void this.ask(id, followed.downloadId));
  }

  /** A server that does not answer is asked again until it does: it may go on fetching. */
  private async ask(id: number, downloadId: string): Promise<void> {
    const found = await this.api.get(downloadId).catch((error: unknown) => error as Error);
    const download = this.find(id);
    // It may have been cancelled or forgotten meanwhile.
    if (!download || !canCancel(download) || this.followed.get(id)?.downloadId !== downloadId) return;
    if (found instanceof Error) {
      if (isRefusal(found)) return this.change(id, { status: "failed", problem: problemOf(found) });
    } else {
      this.change(id, { ...shownOf(found), problem: found.problem ?? download.problem });
      if (found.state === "finished") this.added();
      if (found.state === "finished" || found.state === "failed") return;
    }
    this.askAgain(id);
  }

  private find(id: number): ShownDownload | undefined {
    return this.downloads.find((download) => download.id === id);
  }

  private change(id: number, change: Partial<ShownDownload>): void {
    this.set(this.downloads.map((download) => (download.id === id ? { ...download, ...change } : download)));
  }

  private set(downloads: readonly ShownDownload[]): void {
    this.downloads = downloads;
    this.watchers.forEach((watcher) => watcher());
  }
}

function shownOf({ state, name, received_bytes, size_bytes, video_id, problem }: Download): Omit<ShownDownload, "id" | "into"> {
  return { name, status: state, receivedBytes: received_bytes, sizeBytes: size_bytes, videoId: video_id, problem };
}

/** For the user: of an answer of the server, or of none. */
export function problemOf(error: unknown): DownloadProblem {
  return { code: error instanceof RequestFailed ? error.code : "unknown", detail: reasonOf(error) };
}
