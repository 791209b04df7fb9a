/** Which files of a folder are uploaded, and in which order. The server orders recordings again, by more than names. */

/** A file, and where it lies in the chosen folder. */
export interface FoundFile<F> {
  file: F;
  path: string;
}

/** What was chosen or dropped. */
export interface Selection<F> {
  /** In order. */
  files: readonly F[];
  /** Paths of files that are not called like a video. */
  skipped: readonly string[];
  /** The folder, or the folders, by name; null if files were chosen one by one. */
  folder: string | null;
}

interface Dated {
  name: string;
  lastModified: number;
}

/** As `SUFFIXES` of `onwatch analyze`; a test compares them. */
const VIDEO_NAME = new RegExp(
  "\\.(mp4|m4v|mov|3gp|mkv|webm|avi|ts|mts|m2ts|mpg|mpeg|vob|flv|wmv|asf|ogv|h264|264|h265|265|hevc|mjpeg|mjpg" +
    "|m2v|ivf|obu|mxf|dv|wtv|dav)$",
  "i",
);

const TIME_IN_NAME = /(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[T _.-]{0,3}(\d\d)[-_.:h]?(\d\d)[-_.:m]?(\d\d)/;

/** Made when files are sorted: it takes milliseconds, which the start of the page has better use for. */
const naturalOrder = (): Intl.Collator["compare"] => new Intl.Collator("en", { numeric: true }).compare;

/** The files of folders: videos in order, hidden files left out, everything else skipped. */
export function selectionOf<F extends Dated>(found: readonly FoundFile<F>[], folder: string): Selection<F> {
  const visible = found.filter(({ path }) => !path.split("/").some((part) => part.startsWith(".")));
  const videos = visible.filter(({ path }) => VIDEO_NAME.test(path));
  const skipped = visible.filter(({ path }) => !VIDEO_NAME.test(path)).map(({ path }) => path);
  return { files: inOrder(videos), skipped: skipped.sort(naturalOrder()), folder };
}

/** By the times in their names if all have one, else by when they were modified; by path where those are equal. */
export function inOrder<F extends Dated>(found: readonly FoundFile<F>[]): F[] {
  const inNames = found.map(({ file }) => timeInName(file.name));
  const areNamed = !inNames.includes(null) && new Set(inNames).size === found.length;
  const time = ({ file }: FoundFile<F>): number => (areNamed ? timeInName(file.name)! : file.lastModified);
  const byPath = naturalOrder();
  return [...found].sort((one, other) => time(one) - time(other) || byPath(one.path, other.path)).map(({ file }) => file);
}

/** `VID_20240131_235959.mp4` or `2024-01-31 23.59.59.mkv`, in milliseconds; for comparisons only. */
export function timeInName(name: string): number | null {
  const parts = TIME_IN_NAME.exec(name)?.slice(1).map(Number);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isReal = time.getUTCMonth() === month - 1 && time.getUTCDate() === day && time.getUTCHours() === hour;
  return isReal && minute < 60 && second < 60 ? time.getTime() : null;
}
