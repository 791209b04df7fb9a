/**
 * The state of a video as a person sees it. Badge, line, button, card and numbers all read this one state, so that they
 * cannot contradict each other.
 */

import type { Video } from "../contract";
import type { StreamState } from "../player/stream-state";
import { type Texts, texts } from "../texts";
import { shortNumber } from "../texts/locale";
import { clock, duration, percent } from "../ui/format";
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
  /** The key is that of its words, if they are not those of the server. */
  line: { text: string; tone: Tone; key?: LineKey };
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
  /** Of its analysis, if that is queued and its place is known. */
  queuePosition?: number | null;
  /** False for who may only watch. */
  mayStart?: boolean;
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
    line: known.mayStart === false ? withoutStart(lineOf(kind, known)) : lineOf(kind, known),
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

function badgeOf(kind: Kind, { video, progress, queuePosition }: Known): VideoState["badge"] {
  if (kind === "running") {
    const isAnalysis = video?.analysis != null;
    const share = progress?.durationS ? progress.positionS / progress.durationS : null;
    const speed = progress?.speed ?? null;
    const { analysing, analysingShare } = texts.state;
    if (isAnalysis) return badge(share === null ? analysing : analysingShare(percent(share)), "good", true);
    return badge(speedWord(speed), speed !== null && speed < LIVE_SPEED ? "warn" : "good", true);
  }
  const text = kind === "queued" && queuePosition ? texts.state.queuedAt(queuePosition) : texts.state.badges[kind];
  return badge(text, BADGE_TONES[kind], kind === "starting");
}

function badge(text: string, tone: Tone, isMoving = false): VideoState["badge"] {
  return { text, tone, isMoving };
}

const BADGE_TONES: Record<Exclude<Kind, "running">, Tone> = {
  loading: "calm",
  ready: "calm",
  queued: "calm",
  starting: "calm",
  stopping: "calm",
  stalled: "bad",
  paused: "warn",
  finished: "good",
  failed: "bad",
  deleted: "bad",
  unknown: "calm",
};

function isLive(speed: number): boolean {
  return speed >= LIVE_SPEED && speed <= FAST_SPEED;
}

/** "Live" only as fast as it happened; else how fast it is, once that is known. */
function speedWord(speed: number | null): string {
  if (speed === null) return texts.state.running;
  return isLive(speed) ? texts.state.live : speedText(speed);
}

/** 0.25 -> "0.25×", 4.21 -> "4.2×", 31.4 -> "31×". */
export function speedText(speed: number): string {
  return `${shortNumber(speed, speed < 1 ? 2 : speed < 10 ? 1 : 0)}×`;
}

function progressText({ positionS, durationS, speed, leftS }: Progress): string {
  const parts = [texts.state.position(clock(positionS), clock(durationS))];
  if (speed !== null && !isLive(speed)) parts.unshift(texts.state.speed(speedText(speed)));
  if (leftS !== null) parts.push(texts.state.timeLeft(duration(leftS)));
  return parts.join(", ");
}

type LineKey = keyof Texts["state"]["lines"];

const GOOD: readonly LineKey[] = ["live", "measuring", "fast", "unwatched", "forOthers", "background", "finished"];
const BAD: readonly LineKey[] = ["failed", "noDetector", "stalled", "silent", "deleted", "missing", "connectionLost"];

export function line(key: LineKey): VideoState["line"] {
  const tone = GOOD.includes(key) ? "good" : BAD.includes(key) ? "bad" : key === "slow" ? "warn" : "calm";
  return { text: texts.state.lines[key], tone, key };
}

/** The same, without words about a button that cannot be pressed. */
function withoutStart(shown: VideoState["line"]): VideoState["line"] {
  const { watcherLines } = texts.state;
  const key = shown.key as keyof typeof watcherLines | undefined;
  return key && key in watcherLines ? { ...shown, text: watcherLines[key] } : shown;
}

function lineOf(kind: Kind, known: Known): VideoState["line"] {
  const { stream, isCutOff } = known;
  if (kind === "deleted") return stream?.cause === "missing" ? line("missing") : line("deleted");
  if (isCutOff) return stream?.wanted && stream.cause === "asked" ? line("waitingForConnection") : line("connectionLost");
  if (kind === "running") return runningLine(known);
  if (kind === "stopping") return line("stopping");
  if (kind === "starting") return startingLine(stream);
  if (kind === "failed") return failedLine(known);
  if (kind === "queued" && stream?.cause !== "no_detector") return queuedLine(known);
  return quietLine(kind, known);
}

function startingLine(stream: StreamState | null): VideoState["line"] {
  if (stream?.cause === "handover") return line("handover");
  if (stream?.cause === "preparing") return withReason(stream.reason, line("preparing"));
  return line("asked");
}

function queuedLine({ queuePosition }: Known): VideoState["line"] {
  return queuePosition ? { ...line("queued"), text: texts.state.queuedLine(queuePosition) } : line("queued");
}

function failedLine({ video, stream }: Known): VideoState["line"] {
  const reason = stream?.reason ?? video?.status_reason;
  return reason ? { text: texts.state.failedBecause(reason), tone: "bad" } : line("failed");
}

/** Nothing runs. */
function quietLine(kind: Kind, { stream, video }: Known): VideoState["line"] {
  switch (stream?.cause) {
    case "refused":
      return { text: stream.reason ?? "", tone: "bad" };
    case "no_detector":
      return line("noDetector");
    case "stalled":
      return line("stalled");
    case "stopped":
      return line("stopped");
    case "ended":
      return line("ended");
  }
  if (kind === "paused") return withReason(stream?.reason ?? video?.status_reason ?? null, line("paused"));
  if (kind === "stalled") return line("silent");
  if (kind === "finished") return withReason(stream?.reason ?? null, line("finished"));
  return kind === "ready" ? line("ready") : line("loading");
}

function runningLine({ video, stream, progress }: Known): VideoState["line"] {
  if (!stream) return line("measuring");
  if (!stream.wanted) {
    if (video?.analysis) return line("background");
    return stream.isForOthers ? line("forOthers") : line("unwatched");
  }
  if (!stream.showsFrame) return line("noPicture");
  const speed = progress?.speed ?? null;
  if (speed === null) return line("measuring");
  if (speed < LIVE_SPEED) return line("slow");
  return speed > FAST_SPEED ? line("fast") : line("live");
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
