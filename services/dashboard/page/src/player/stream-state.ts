import type { ChannelError, State } from "../contract";

/** The player is idle, waits for a frame, or shows one. */
export type Phase = "ready" | "starting" | "streaming";
export type Tone = "calm" | "good" | "bad";

export interface StatusLine {
  text: string;
  tone: Tone;
}

export interface StreamState {
  connected: boolean;
  /** The server has confirmed the subscription and has had time to send the state of the video. */
  settled: boolean;
  /** This viewer demands the video. Survives a lost connection. */
  wanted: boolean;
  /** What the demand comes from: the button, or a reconnect. */
  startedBy: "press" | "resume";
  /** The `start` is not sent yet. */
  pending: boolean;
  phase: Phase;
  /** A detector has published something since this viewer started. */
  sawDetector: boolean;
  /** A frame of the stream is shown, not the thumbnail. */
  showsFrame: boolean;
  /** The run of the newest data, and the one that has finished: its late frames are not shown. */
  run: string | null;
  endedRun: string | null;
  /** The video does not exist, or no longer. */
  isMissing: boolean;
  line: StatusLine | null;
}

export type StreamEvent =
  | { type: "pressed_start" }
  | { type: "pressed_stop" }
  | { type: "connected" }
  | { type: "disconnected" }
  | { type: "settled" }
  | { type: "timeout" }
  | { type: "frame"; run: string }
  | { type: "metrics"; run: string }
  | { type: "state"; message: State }
  | { type: "error"; error: ChannelError };

/** The state after an event, and the message to send to the server. */
export interface Step {
  state: StreamState;
  send?: "start" | "stop";
}

export const FIRST_STATE: StreamState = {
  connected: false,
  settled: false,
  wanted: false,
  startedBy: "press",
  pending: false,
  phase: "ready",
  sawDetector: false,
  showsFrame: false,
  run: null,
  endedRun: null,
  isMissing: false,
  line: null,
};

export const LINES = {
  asking: { text: "Waiting for a detector…", tone: "calm" },
  waitingForConnection: { text: "Starts when the connection is back.", tone: "calm" },
  noPicture: { text: "Running. Waiting for the first frame…", tone: "calm" },
  background: { text: "Running in the background. Press Start Stream to watch.", tone: "good" },
  live: { text: "Live.", tone: "good" },
  liveForOthers: { text: "Live for another viewer. Press Start Stream to keep it running.", tone: "good" },
  preparing: { text: "A detector is starting…", tone: "calm" },
  stopping: { text: "Stopping. The stream continues if others watch it.", tone: "calm" },
  stopped: { text: "Stopped.", tone: "calm" },
  paused: { text: "Paused. Press Start Stream to resume.", tone: "calm" },
  handover: { text: "Paused. Waiting for another detector…", tone: "calm" },
  finished: { text: "Finished. Press Start Stream for a new run.", tone: "good" },
  noDetector: { text: "No detector is free. Try again in a moment.", tone: "bad" },
  stalled: { text: "The detector stopped answering. Press Start Stream to try again.", tone: "bad" },
  ended: { text: "The stream has ended.", tone: "calm" },
  connectionLost: { text: "Connection lost. Reconnecting…", tone: "bad" },
  deleted: { text: "This video was deleted.", tone: "bad" },
} as const satisfies Record<string, StatusLine>;

export function next(state: StreamState, event: StreamEvent): Step {
  const step = after(state, event);
  const showsFrame = step.state.showsFrame && step.state.phase === "streaming";
  return showsFrame === step.state.showsFrame ? step : { ...step, state: { ...step.state, showsFrame } };
}

function after(state: StreamState, event: StreamEvent): Step {
  switch (event.type) {
    case "pressed_start":
      return pressedStart(state);
    case "pressed_stop":
      return pressedStop(state);
    case "connected":
      return { state: connected(state) };
    case "disconnected":
      return { state: { ...state, connected: false, settled: false, line: LINES.connectionLost } };
    case "settled":
      return settled(state);
    case "timeout":
      return timeout(state);
    case "frame":
      return { state: frame(state, event.run) };
    case "metrics":
      return { state: withRun(state, event.run) };
    case "state":
      return stateMessage(state, event.message);
    case "error":
      return { state: refused(state, event.error) };
  }
}

function pressedStart(state: StreamState): Step {
  const running = state.phase === "streaming";
  const phase: Phase = running ? "streaming" : "starting";
  const line = state.connected ? (running ? LINES.live : LINES.asking) : LINES.waitingForConnection;
  const started: StreamState = {
    ...state,
    wanted: true,
    startedBy: "press",
    pending: !state.settled,
    sawDetector: running,
    phase,
    line,
  };
  return state.settled ? { state: started, send: "start" } : { state: started };
}

function pressedStop(state: StreamState): Step {
  const streaming = state.phase === "streaming";
  const phase: Phase = streaming ? "streaming" : "ready";
  const stopping = streaming ? LINES.stopping : LINES.stopped;
  const line = state.connected ? stopping : LINES.connectionLost;
  return { state: { ...state, wanted: false, pending: false, phase, line }, send: "stop" };
}

function connected(state: StreamState): StreamState {
  const back: StreamState = { ...state, connected: true, settled: false, sawDetector: false };
  if (!state.wanted) return { ...back, line: null };
  return {
    ...back,
    phase: "starting",
    pending: true,
    startedBy: state.pending ? state.startedBy : "resume",
    line: LINES.asking,
  };
}

/** The server's state of the video has arrived: demand that still holds is sent now. */
function settled(state: StreamState): Step {
  const ready: StreamState = { ...state, settled: true, pending: false };
  return state.wanted && state.pending ? { state: ready, send: "start" } : { state: ready };
}

function timeout(state: StreamState): Step {
  const idle: StreamState = { ...state, phase: "ready" };
  if (!state.connected) return { state: { ...idle, line: LINES.connectionLost } };
  if (!state.wanted) return { state: { ...idle, line: state.line === LINES.stopping ? LINES.stopped : LINES.ended } };
  const line = state.sawDetector ? LINES.stalled : LINES.noDetector;
  return { state: { ...idle, wanted: false, pending: false, line }, send: "stop" };
}

/** True for a frame of a finished run, which arrived after the message of its end. */
export function isLate(state: StreamState, run: string): boolean {
  return run === state.endedRun;
}

/** Returns the same object when nothing changes, so that nothing is rendered. */
function withRun(state: StreamState, run: string): StreamState {
  return state.run === run ? state : { ...state, run };
}

function frame(state: StreamState, run: string): StreamState {
  if (isLate(state, run)) return state;
  const known = withRun(state, run);
  return known.showsFrame ? known : streaming({ ...known, showsFrame: true });
}

function stateMessage(state: StreamState, message: State): Step {
  const { reason } = message;
  switch (message.state) {
    case "starting":
      return { state: { ...state, sawDetector: true, phase: "starting", line: withReason(reason, LINES.preparing) } };
    case "streaming":
      return { state: streaming(state) };
    case "paused":
      return { state: paused(state, reason) };
    case "finished":
      return finished(state, withReason(reason, LINES.finished));
    case "failed":
      return ended(state, { text: reason ? `Failed: ${reason}` : "The run failed.", tone: "bad" });
    case "deleted":
      return { state: { ...missing(state), line: LINES.deleted } };
  }
}

function missing(state: StreamState): StreamState {
  return { ...state, phase: "ready", wanted: false, pending: false, isMissing: true };
}

function withReason(reason: string | null, line: StatusLine): StatusLine {
  return reason ? { text: reason, tone: line.tone } : line;
}

function streaming(state: StreamState): StreamState {
  return { ...state, sawDetector: true, phase: "streaming", line: streamingLine(state) };
}

function streamingLine({ line, wanted, showsFrame }: StreamState): StatusLine {
  if (line === LINES.stopping) return line;
  if (!showsFrame) return wanted ? LINES.noPicture : LINES.background;
  return wanted ? LINES.live : LINES.liveForOthers;
}

function paused(state: StreamState, reason: string | null): StreamState {
  if (state.pending) return state;
  if (state.wanted) return { ...state, phase: "starting", line: LINES.handover };
  // A pause that follows a stall must not hide the reason of the stall.
  if (state.phase === "ready" && state.line) return state;
  return { ...state, phase: "ready", line: withReason(reason, LINES.paused) };
}

/** An end before any sign of a detector belongs to an earlier run: its message was sent before Start was pressed. */
function finished(state: StreamState, line: StatusLine): Step {
  if (state.wanted && state.startedBy === "press" && !state.sawDetector) return { state };
  return ended({ ...state, endedRun: state.run }, line);
}

/** The demand is stopped explicitly: if it continued, it would start another run. */
function ended(state: StreamState, line: StatusLine): Step {
  if (state.pending && state.startedBy === "press") return { state };
  const idle: StreamState = { ...state, wanted: false, pending: false, phase: "ready", line };
  return state.wanted ? { state: idle, send: "stop" } : { state: idle };
}

/** Demand survives an error after which the subscription is requested again. */
function refused(state: StreamState, { code, message }: ChannelError): StreamState {
  const line: StatusLine = { text: message, tone: "bad" };
  const shown: StreamState = { ...state, phase: "ready", line };
  if (code === "unavailable" || code === "not_subscribed") return shown;
  return { ...shown, wanted: false, pending: false, isMissing: state.isMissing || code === "video_not_found" };
}
