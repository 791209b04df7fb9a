/** What a key does while a recording is shown. */
export type PlaybackCommand =
  | { kind: "toggle" }
  | { kind: "frame"; by: 1 | -1 }
  | { kind: "seek"; byS: number }
  | { kind: "rate"; by: 1 | -1 }
  | { kind: "full-screen" };

const COMMANDS: Readonly<Record<string, PlaybackCommand>> = {
  " ": { kind: "toggle" },
  k: { kind: "toggle" },
  ",": { kind: "frame", by: -1 },
  ".": { kind: "frame", by: 1 },
  ArrowLeft: { kind: "seek", byS: -5 },
  ArrowRight: { kind: "seek", byS: 5 },
  j: { kind: "seek", byS: -10 },
  l: { kind: "seek", byS: 10 },
  "<": { kind: "rate", by: -1 },
  ">": { kind: "rate", by: 1 },
  f: { kind: "full-screen" },
};

export interface Pressed {
  key: string;
  /** With Ctrl, Alt or the key of the system. */
  isCombined: boolean;
  /** Something else uses the key: a field, a dialog, a list that scrolls. */
  isInField: boolean;
  /** A button or a link, which the space bar presses. */
  isOnButton: boolean;
}

export function commandOf({ key, isCombined, isInField, isOnButton }: Pressed): PlaybackCommand | null {
  if (isCombined || isInField || (isOnButton && key === " ")) return null;
  return COMMANDS[key] ?? null;
}

export const RATES = [0.25, 0.5, 1, 1.5, 2, 4, 8, 16] as const;

/** The next speed up or down. */
export function rateBy(rate: number, by: 1 | -1): number {
  const next = by > 0 ? RATES.find((each) => each > rate) : RATES.findLast((each) => each < rate);
  return next ?? (by > 0 ? RATES[RATES.length - 1]! : RATES[0]);
}

/** Where to seek for the next or previous picture: as far within it as `momentS` is within the shown one. */
export function frameBy(momentS: number, by: 1 | -1, fps: number): number {
  return Math.max(0, momentS + by / fps);
}
