import type { ChannelError, State } from "../contract";

/** What the player does: nothing, waiting for a picture, or showing one. */
export type Phase = "ready" | "starting" | "streaming";
export type Tone = "calm" | "good" | "bad";

export interface Line {
  text: string;
  tone: Tone;
}

export interface StreamState {
  connected: boolean;
  /** The server has answered the subscription and has had time to say what it knows of the video. */
  settled: boolean;
  /** This viewer wants the video processed. Survives a lost connection. */
  wanted: boolean;
  /** How this viewer came to ask: by the button, or again after a reconnect. */
  asked: "press" | "resume";
  /** The `start` is not sent yet. */
  pending: boolean;
  phase: Phase;
  /** A detector has been heard of since this viewer asked. */
  heard: boolean;
  /** A frame of the stream is to be seen, not the thumbnail. */
  pictured: boolean;
  /** The run that data last belonged to, and the one that has finished: late frames of it are not shown. */
  run: string | null;
  endedRun: string | null;
  /** The video is no more. */
  gone: boolean;
  line: Line | null;
}

export type StreamEvent =
  | { type: "pressed_start" }
  | { type: "pressed_stop" }
  | { type: "connected" }
  | { type: "disconnected" }
  | { type: "settled" }
  | { type: "silence" }
  | { type: "frame"; run: string }
  | { type: "metrics"; run: string }
  | { type: "state"; notice: State }
  | { type: "error"; error: ChannelError };

/** The state after an event, and what to tell the server. */
export interface Step {
  state: StreamState;
  send?: "start" | "stop";
}

export const FIRST_STATE: StreamState = {
  connected: false,
  settled: false,
  wanted: false,
  asked: "press",
  pending: false,
  phase: "ready",
  heard: false,
  pictured: false,
  run: null,
  endedRun: null,
  gone: false,
  line: null,
};

export const LINES = {
  asking: { text: "Asking for a detector…", tone: "calm" },
  waitingForConnection: { text: "Starts as soon as the connection is back.", tone: "calm" },
  noPicture: { text: "Running. Waiting for the picture…", tone: "calm" },
  background: { text: "Running in the background. Start Stream shows the picture.", tone: "good" },
  live: { text: "Live.", tone: "good" },
  liveForOthers: { text: "Live: running for someone else. Start Stream keeps it running for you.", tone: "good" },
  preparing: { text: "A detector is getting ready…", tone: "calm" },
  stopping: { text: "Stopped for you. The picture ends in a moment, unless others watch.", tone: "calm" },
  stopped: { text: "Stopped.", tone: "calm" },
  paused: { text: "Paused. Start Stream goes on from here.", tone: "calm" },
  handover: { text: "Paused. Waiting for a detector to go on…", tone: "calm" },
  finished: { text: "Finished. Start Stream begins a new run.", tone: "good" },
  noDetector: { text: "No detector is free right now. Try again in a moment.", tone: "bad" },
  stalled: { text: "The detector stopped answering. Start Stream tries again.", tone: "bad" },
  ended: { text: "The stream has ended.", tone: "calm" },
  connectionLost: { text: "Connection lost. Reconnecting…", tone: "bad" },
  deleted: { text: "This video was deleted.", tone: "bad" },
} as const satisfies Record<string, Line>;

export function next(state: StreamState, event: StreamEvent): Step {
  const step = after(state, event);
  const pictured = step.state.pictured && step.state.phase === "streaming";
  return pictured === step.state.pictured ? step : { ...step, state: { ...step.state, pictured } };
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
    case "silence":
      return silence(state);
    case "frame":
      return { state: frame(state, event.run) };
    case "metrics":
      return { state: ofRun(state, event.run) };
    case "state":
      return notice(state, event.notice);
    case "error":
      return { state: refused(state, event.error) };
  }
}

function pressedStart(state: StreamState): Step {
  const running = state.phase === "streaming";
  const phase: Phase = running ? "streaming" : "starting";
  const line = state.connected ? (running ? LINES.live : LINES.asking) : LINES.waitingForConnection;
  const asked: StreamState = {
    ...state,
    wanted: true,
    asked: "press",
    pending: !state.settled,
    heard: running,
    phase,
    line,
  };
  return state.settled ? { state: asked, send: "start" } : { state: asked };
}

function pressedStop(state: StreamState): Step {
  const streaming = state.phase === "streaming";
  const phase: Phase = streaming ? "streaming" : "ready";
  const stopping = streaming ? LINES.stopping : LINES.stopped;
  const line = state.connected ? stopping : LINES.connectionLost;
  return { state: { ...state, wanted: false, pending: false, phase, line }, send: "stop" };
}

function connected(state: StreamState): StreamState {
  const back: StreamState = { ...state, connected: true, settled: false, heard: false };
  if (!state.wanted) return { ...back, line: null };
  return {
    ...back,
    phase: "starting",
    pending: true,
    asked: state.pending ? state.asked : "resume",
    line: LINES.asking,
  };
}

/** What the server knew of the video has been heard: an intention that still holds is said now. */
function settled(state: StreamState): Step {
  const ready: StreamState = { ...state, settled: true, pending: false };
  return state.wanted && state.pending ? { state: ready, send: "start" } : { state: ready };
}

function silence(state: StreamState): Step {
  const quiet: StreamState = { ...state, phase: "ready" };
  if (!state.connected) return { state: { ...quiet, line: LINES.connectionLost } };
  if (!state.wanted) return { state: { ...quiet, line: state.line === LINES.stopping ? LINES.stopped : LINES.ended } };
  const line = state.heard ? LINES.stalled : LINES.noDetector;
  return { state: { ...quiet, wanted: false, pending: false, line }, send: "stop" };
}

/** True for a frame of a run that is over: it was on its way when the end was told. */
export function isLate(state: StreamState, run: string): boolean {
  return run === state.endedRun;
}

/** The usual message changes nothing: the same object, so that nothing is rendered for it. */
function ofRun(state: StreamState, run: string): StreamState {
  return state.run === run ? state : { ...state, run };
}

function frame(state: StreamState, run: string): StreamState {
  if (isLate(state, run)) return state;
  const known = ofRun(state, run);
  return known.pictured ? known : streaming({ ...known, pictured: true });
}

function notice(state: StreamState, { state: what, reason }: State): Step {
  switch (what) {
    case "starting":
      return { state: { ...state, heard: true, phase: "starting", line: said(reason, LINES.preparing) } };
    case "streaming":
      return { state: streaming(state) };
    case "paused":
      return { state: paused(state, reason) };
    case "finished":
      return finished(state, said(reason, LINES.finished));
    case "failed":
      return over(state, { text: reason ? `Failed: ${reason}` : "The run failed.", tone: "bad" });
    case "deleted":
      return { state: { ...state, phase: "ready", wanted: false, pending: false, gone: true, line: LINES.deleted } };
  }
}

function said(reason: string | null, line: Line): Line {
  return reason ? { text: reason, tone: line.tone } : line;
}

function streaming(state: StreamState): StreamState {
  return { ...state, heard: true, phase: "streaming", line: streamingLine(state) };
}

function streamingLine({ line, wanted, pictured }: StreamState): Line {
  if (line === LINES.stopping) return line;
  if (!pictured) return wanted ? LINES.noPicture : LINES.background;
  return wanted ? LINES.live : LINES.liveForOthers;
}

function paused(state: StreamState, reason: string | null): StreamState {
  if (state.pending) return state;
  if (state.wanted) return { ...state, phase: "starting", line: LINES.handover };
  // The pause that follows a stall is no news: why it stalled is.
  if (state.phase === "ready" && state.line) return state;
  return { ...state, phase: "ready", line: said(reason, LINES.paused) };
}

/** An end before any beginning is that of an earlier run: the word for it was on its way when Start was pressed. */
function finished(state: StreamState, line: Line): Step {
  if (state.wanted && state.asked === "press" && !state.heard) return { state };
  return over({ ...state, endedRun: state.run }, line);
}

/** The demand is ended in so many words: one that goes on would begin another run. */
function over(state: StreamState, line: Line): Step {
  if (state.pending && state.asked === "press") return { state };
  const ended: StreamState = { ...state, wanted: false, pending: false, phase: "ready", line };
  return state.wanted ? { state: ended, send: "stop" } : { state: ended };
}

/** While the subscription is tried again, what this viewer wants still holds. */
function refused(state: StreamState, { code, message }: ChannelError): StreamState {
  const line: Line = { text: message, tone: "bad" };
  const shown: StreamState = { ...state, phase: "ready", line };
  if (code === "unavailable" || code === "not_subscribed") return shown;
  return { ...shown, wanted: false, pending: false, gone: state.gone || code === "video_not_found" };
}
