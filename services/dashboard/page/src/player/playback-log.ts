import type { DetectionsPart } from "../contract";
import { type LoggedPicture, picturesOf } from "./logged-boxes";

export const PART_S = 20;
/** In memory: three minutes, of a video of any length. */
const PARTS_KEPT = 9;
/** From here on a part is over before the next one has come. */
const FAST = 4;

export type LoadPart = (fromS: number, toS: number, signal: AbortSignal) => Promise<DetectionsPart>;

/** The log of detections around the moment that is shown: it comes in parts, and is forgotten in parts. */
export class PlaybackLog {
  private readonly parts = new Map<number, readonly LoggedPicture[]>();
  private readonly loading = new Set<number>();
  private readonly abort = new AbortController();
  private joined: { key: string; pictures: readonly LoggedPicture[] } = { key: "", pictures: [] };
  /** Null until the first answer. */
  hasLog: boolean | null = null;

  constructor(
    private readonly load: LoadPart,
    private readonly durationS: number,
    /** More has come, or a part could not be loaded. */
    private readonly changed: () => void,
  ) {}

  close(): void {
    this.abort.abort();
  }

  /** The pictures around a time, as far as they are there; what is missing is requested. */
  around(timeS: number, rate: number): readonly LoggedPicture[] {
    const part = Math.floor(timeS / PART_S);
    const ahead = rate >= FAST ? 2 : 1;
    for (let wanted = part; wanted <= part + ahead; wanted++) this.want(wanted, part);
    return this.join([part - 1, part, part + 1]);
  }

  private want(part: number, shown: number): void {
    const isKnown = this.parts.has(part) || this.loading.has(part);
    if (isKnown || part * PART_S > this.durationS || this.abort.signal.aborted || this.hasLog === false) return;
    this.loading.add(part);
    this.load(part * PART_S, (part + 1) * PART_S, this.abort.signal).then(
      (found) => this.keep(part, shown, found),
      // It is requested again with the next picture that is shown.
      () => void this.loading.delete(part),
    );
  }

  private keep(part: number, shown: number, found: DetectionsPart): void {
    this.loading.delete(part);
    if (this.abort.signal.aborted) return;
    this.hasLog = found.has_log;
    this.parts.set(part, picturesOf(found));
    const farthest = [...this.parts.keys()].sort((a, b) => Math.abs(b - shown) - Math.abs(a - shown));
    for (const far of farthest.slice(0, Math.max(0, farthest.length - PARTS_KEPT))) this.parts.delete(far);
    this.changed();
  }

  private join(parts: readonly number[]): readonly LoggedPicture[] {
    const known = parts.filter((part) => this.parts.has(part));
    const key = known.join();
    if (key !== this.joined.key) this.joined = { key, pictures: known.flatMap((part) => this.parts.get(part)!) };
    return this.joined.pictures;
  }
}
