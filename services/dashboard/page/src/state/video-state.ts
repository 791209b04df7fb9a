/**
 * The state of a video as a person sees it. Badge, line, button, card and numbers all read this one state, so that they
 * cannot contradict each other.
 */

import type { Video } from "../contract";
import type { StreamState } from "../player/stream-state";
import { clock, duration } from "../ui/format";
import type { Progress } from "./progress";

export type Kind =
  /** Nothing is known yet. */
  | "loading"
  | "ready"
  | "queued"
  | "starting"
  | "running"
  | "stopping"
  /** It should run, and nothing is heard of it. */
  | "stalled"
  | "paused"
  | "finished"
  | "failed"
  | "deleted"
  /** It changes by itself, and there is no connection to hear of it. */
  | "unknown";

export type Tone = "calm" | "good" | "warn" | "bad";

export interface VideoState {
  kind: Kind;
  badge: { text: string; tone: Tone; isMoving: boolean };
  line: { text: string; tone: Tone };
  /** Speed, position and time left of a run in progress. */
  progress: string | null;
  /** Over the picture, while frames are shown. */
  mark: string | null;
  button: { kind: "start" | "starting" | "stop"; isEnabled: boolean; canCancel: boolean };
  /** The numbers of the run in progress are being fed. */
  isFed: boolean;
}

export interface Known {
  video: Pick<Video, "status" | "status_reason" | "analysis"> | undefined;
  /** Of the open video; null for one in a list. */
  stream: StreamState | null;
  /** Of the run in progress, if there is one. */
  progress: Progress | null;
  /** The connection is gone for longer than a moment. */
  isCutOff: boolean;
  nowMs: number;
}

/** Numbers come several times a second, and every two seconds for a card. */
export const UNFED_MS = { open: 5000, card: 10_000 };

/** From here on a recording is shown as fast as it happened. */
const LIVE_SPEED = 0.9;
/** From here on nobody watches it, it is analysed at the speed of the machine. */
const FAST_SPEED = 1.3;

export function videoState(known: Known): VideoState {
  const kind = shownKind(known);
  const { stream, progress } = known;
  const isRunning = kind === "running" || kind === "stopping";
  return {
    kind,
    badge: badgeOf(kind, known),
    line: lineOf(kind, known),
    progress: isRunning && progress ? progressText(progress) : null,
    mark: isRunning && stream?.showsFrame ? speedWord(progress?.speed ?? null) : null,
    button: buttonOf(kind, stream),
    isFed: isRunning && !isSilent(known),
  };
}

// --- the kind -------------------------------------------------------------------------------

/** What changes by itself cannot be known without a connection. */
const CHANGING: readonly Kind[] = ["loading", "queued", "starting", "running", "stopping", "stalled"];

function shownKind(known: Known): Kind {
  const kind = kindOf(known);
  return known.isCutOff && CHANGING.includes(kind) ? "unknown" : kind;
}

function kindOf(known: Known): Kind {
  const { video, stream } = known;
  // What the channel says is newer than any list.
  if (!stream || stream.cause === "none") return listed(known);
  if (stream.cause === "deleted" || stream.cause === "missing") return "deleted";
  if (stream.phase === "starting") return "starting";
  if (stream.phase === "streaming") return stream.cause === "stopping" ? "stopping" : "running";
  if (isQueued(video)) return "queued";
  switch (stream.cause) {
    case "stalled":
    case "finished":
    case "failed":
    case "paused":
      return stream.cause;
    default:
      return afterRun(known);
  }
}

/** The stream has ended, or was refused, and the channel has not said as what. */
function afterRun(known: Known): Kind {
  const kind = listed(known);
  return kind === "running" || kind === "stalled" ? "paused" : kind;
}

function listed(known: Known): Kind {
  const { video } = known;
  if (!video) return "loading";
  if (isQueued(video)) return "queued";
  if (video.status === "streaming") return isSilent(known) ? "stalled" : "running";
  return video.status;
}

/** An analysis is requested and has not begun. */
export function isQueued(video: Known["video"]): boolean {
  return video !== undefined && video.analysis !== null && video.status !== "streaming" && video.status !== "failed";
}

function isSilent({ progress, stream, nowMs }: Known): boolean {
  return progress !== null && nowMs - progress.changedAtMs > (stream ? UNFED_MS.open : UNFED_MS.card);
}

// --- words ----------------------------------------------------------------------------------

function badgeOf(kind: Kind, { video, progress }: Known): VideoState["badge"] {
  if (kind === "running") {
    const isAnalysis = video?.analysis != null;
    const share = progress && progress.durationS ? progress.positionS / progress.durationS : null;
    const speed = progress?.speed ?? null;
    if (isAnalysis) return badge(share === null ? "Analysing" : `Analysing ${Math.floor(share * 100)} %`, "good", true);
    return badge(speedWord(speed), speed !== null && speed < LIVE_SPEED ? "warn" : "good", true);
  }
  return BADGES[kind];
}

function badge(text: string, tone: Tone, isMoving = false): VideoState["badge"] {
  return { text, tone, isMoving };
}

const BADGES: Record<Exclude<Kind, "running">, VideoState["badge"]> = {
  loading: badge("Loading", "calm"),
  ready: badge("Ready", "calm"),
  queued: badge("Queued", "calm"),
  starting: badge("Starting", "calm", true),
  stopping: badge("Stopping", "calm"),
  stalled: badge("Not answering", "bad"),
  paused: badge("Paused", "warn"),
  finished: badge("Finished", "good"),
  failed: badge("Failed", "bad"),
  deleted: badge("Deleted", "bad"),
  unknown: badge("No connection", "calm"),
};

/** "Live" only as fast as it happened; else how fast it is, once that is known. */
function speedWord(speed: number | null): string {
  if (speed === null) return "Running";
  return speed >= LIVE_SPEED && speed <= FAST_SPEED ? "Live" : speedText(speed);
}

/** 0.25 -> "0.25×", 4.21 -> "4.2×", 31.4 -> "31×". */
export function speedText(speed: number): string {
  return `${Number(speed.toFixed(speed < 1 ? 2 : speed < 10 ? 1 : 0))}×`;
}

function progressText({ positionS, durationS, speed, leftS }: Progress): string {
  const parts = [`${clock(positionS)} of ${clock(durationS)}`];
  if (speed !== null && speedWord(speed) !== "Live") parts.unshift(`${speedText(speed)} speed`);
  if (leftS !== null) parts.push(`${duration(leftS)} left`);
  return parts.join(", ");
}

const RECONNECTING = "Connection lost. Reconnecting…";

export const LINES = {
  loading: { text: "Loading…", tone: "calm" },
  ready: { text: "Press Start Stream to watch and count vehicles.", tone: "calm" },
  queued: { text: "Waiting for its turn to be analysed in the background.", tone: "calm" },
  asked: { text: "Waiting for a detector…", tone: "calm" },
  waitingForConnection: { text: "Starts when the connection is back.", tone: "calm" },
  preparing: { text: "A detector is starting…", tone: "calm" },
  handover: { text: "Paused. Waiting for another detector…", tone: "calm" },
  noPicture: { text: "Running. Waiting for the first frame…", tone: "calm" },
  live: { text: "Live.", tone: "good" },
  measuring: { text: "Running.", tone: "good" },
  slow: { text: "Running slower than the video: this machine does not keep up.", tone: "warn" },
  fast: { text: "Running faster than the video.", tone: "good" },
  unwatched: { text: "Running. Press Start Stream to keep it running.", tone: "good" },
  forOthers: { text: "Running for another viewer. Press Start Stream to keep it running.", tone: "good" },
  background: { text: "Being analysed in the background. Press Start Stream to watch.", tone: "good" },
  stopping: { text: "Stopping. The stream continues if others watch it.", tone: "calm" },
  stopped: { text: "Stopped. Press Start Stream to resume.", tone: "calm" },
  paused: { text: "Paused. Press Start Stream to resume.", tone: "calm" },
  finished: { text: "Finished. Press Start Stream for a new run; these results stay until it is finished.", tone: "good" },
  failed: { text: "The run failed.", tone: "bad" },
  noDetector: { text: "No detector is free. Try again in a moment.", tone: "bad" },
  stalled: { text: "The detector stopped answering. Press Start Stream to try again.", tone: "bad" },
  silent: { text: "It should be running, and nothing is heard of it.", tone: "bad" },
  ended: { text: "The stream has ended.", tone: "calm" },
  deleted: { text: "This video was deleted.", tone: "bad" },
  missing: { text: "This video does not exist.", tone: "bad" },
  connectionLost: { text: RECONNECTING, tone: "bad" },
} as const satisfies Record<string, VideoState["line"]>;

function lineOf(kind: Kind, known: Known): VideoState["line"] {
  const { stream, isCutOff } = known;
  if (kind === "deleted") return stream?.cause === "missing" ? LINES.missing : LINES.deleted;
  if (isCutOff) return stream?.wanted && stream.cause === "asked" ? LINES.waitingForConnection : LINES.connectionLost;
  if (kind === "running") return runningLine(known);
  if (kind === "stopping") return LINES.stopping;
  if (kind === "starting") return startingLine(stream);
  if (kind === "failed") return failedLine(known);
  if (kind === "queued" && stream?.cause !== "no_detector") return LINES.queued;
  return quietLine(kind, known);
}

function startingLine(stream: StreamState | null): VideoState["line"] {
  if (stream?.cause === "handover") return LINES.handover;
  if (stream?.cause === "preparing") return withReason(stream.reason, LINES.preparing);
  return LINES.asked;
}

function failedLine({ video, stream }: Known): VideoState["line"] {
  const reason = stream?.reason ?? video?.status_reason;
  return reason ? { text: `Failed: ${reason}`, tone: "bad" } : LINES.failed;
}

/** Nothing runs. */
function quietLine(kind: Kind, { stream, video }: Known): VideoState["line"] {
  switch (stream?.cause) {
    case "refused":
      return { text: stream.reason ?? "", tone: "bad" };
    case "no_detector":
      return LINES.noDetector;
    case "stalled":
      return LINES.stalled;
    case "stopped":
      return LINES.stopped;
    case "ended":
      return LINES.ended;
  }
  if (kind === "paused") return withReason(stream?.reason ?? video?.status_reason ?? null, LINES.paused);
  if (kind === "stalled") return LINES.silent;
  if (kind === "finished") return withReason(stream?.reason ?? null, LINES.finished);
  return kind === "ready" ? LINES.ready : LINES.loading;
}

function runningLine({ video, stream, progress }: Known): VideoState["line"] {
  if (!stream) return LINES.measuring;
  if (!stream.wanted) {
    if (video?.analysis) return LINES.background;
    return stream.isForOthers ? LINES.forOthers : LINES.unwatched;
  }
  if (!stream.showsFrame) return LINES.noPicture;
  const speed = progress?.speed ?? null;
  if (speed === null) return LINES.measuring;
  if (speed < LIVE_SPEED) return LINES.slow;
  return speed > FAST_SPEED ? LINES.fast : LINES.live;
}

function withReason(reason: string | null, line: VideoState["line"]): VideoState["line"] {
  return reason ? { text: reason, tone: line.tone } : line;
}

/** The button shows this viewer's demand, even while the stream runs for others. */
function buttonOf(kind: Kind, stream: StreamState | null): VideoState["button"] {
  if (!stream || kind === "deleted") return { kind: "start", isEnabled: false, canCancel: false };
  if (stream.wanted && stream.phase === "streaming") return { kind: "stop", isEnabled: true, canCancel: false };
  const isStarting = stream.wanted && stream.phase === "starting";
  return { kind: isStarting ? "starting" : "start", isEnabled: !isStarting, canCancel: stream.wanted };
}
