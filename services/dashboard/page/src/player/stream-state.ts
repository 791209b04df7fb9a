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
  /** A `start` that is not sent yet: pressed early, or to be said again after a reconnect. */
  pending: "press" | "resume" | null;
  phase: Phase;
  /** Something came since this viewer asked. */
  heard: boolean;
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
  pending: null,
  phase: "ready",
  heard: false,
  run: null,
  endedRun: null,
  gone: false,
  line: null,
};

export const LINES = {
  asking: { text: "Asking for a detector…", tone: "calm" },
  waitingForConnection: { text: "Starts as soon as the connection is back.", tone: "calm" },
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
      return { state: heard(state, event.run) };
    case "state":
      return notice(state, event.notice);
    case "error":
      return failed(state, event.error.message, event.error.code === "video_not_found");
  }
}

function pressedStart(state: StreamState): Step {
  const asked: StreamState = { ...state, wanted: true, heard: false, pending: "press" };
  if (state.phase !== "streaming") asked.phase = "starting";
  asked.line = state.phase === "streaming" ? LINES.live : LINES.asking;
  if (!state.connected) asked.line = LINES.waitingForConnection;
  return state.settled ? { state: { ...asked, pending: null }, send: "start" } : { state: asked };
}

function pressedStop(state: StreamState): Step {
  const streaming = state.phase === "streaming";
  const phase: Phase = streaming ? "streaming" : "ready";
  const stopping = streaming ? LINES.stopping : LINES.stopped;
  const line = state.connected ? stopping : LINES.connectionLost;
  return { state: { ...state, wanted: false, pending: null, phase, line }, send: "stop" };
}

function connected(state: StreamState): StreamState {
  const back: StreamState = { ...state, connected: true, settled: false, heard: false };
  if (!state.wanted) return { ...back, line: null };
  return { ...back, phase: "starting", pending: state.pending ?? "resume", line: LINES.asking };
}

/** What the server knew of the video has been heard: an intention that still holds is said now. */
function settled(state: StreamState): Step {
  const ready: StreamState = { ...state, settled: true, pending: null, heard: state.phase === "streaming" };
  return state.wanted && state.pending ? { state: ready, send: "start" } : { state: ready };
}

function silence(state: StreamState): Step {
  const quiet: StreamState = { ...state, phase: "ready" };
  if (!state.connected) return { state: { ...quiet, line: LINES.connectionLost } };
  if (!state.wanted) return { state: { ...quiet, line: state.line === LINES.stopping ? LINES.stopped : LINES.ended } };
  const line = state.heard ? LINES.stalled : LINES.noDetector;
  return { state: { ...quiet, wanted: false, pending: null, line }, send: "stop" };
}

/** True for a frame of a run that is over: it was on its way when the end was told. */
export function isLate(state: StreamState, run: string): boolean {
  return run === state.endedRun;
}

/** The usual message changes nothing: the same object, so that nothing is rendered for it. */
function heard(state: StreamState, run: string): StreamState {
  return state.heard && state.run === run ? state : { ...state, heard: true, run };
}

function frame(state: StreamState, run: string): StreamState {
  const known = heard(state, run);
  return known.phase === "streaming" ? known : streaming(known);
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
      return over({ ...state, endedRun: state.run }, said(reason, LINES.finished));
    case "failed":
      return over(state, { text: reason ? `Failed: ${reason}` : "The run failed.", tone: "bad" });
    case "deleted":
      return { state: { ...state, phase: "ready", wanted: false, pending: null, gone: true, line: LINES.deleted } };
  }
}

function said(reason: string | null, line: Line): Line {
  return reason ? { text: reason, tone: line.tone } : line;
}

function streaming(state: StreamState): StreamState {
  const line = state.wanted ? LINES.live : state.line === LINES.stopping ? LINES.stopping : LINES.liveForOthers;
  return { ...state, heard: true, phase: "streaming", line };
}

function paused(state: StreamState, reason: string | null): StreamState {
  if (state.pending) return state;
  if (state.wanted) return { ...state, phase: "starting", line: LINES.handover };
  return { ...state, phase: "ready", line: said(reason, LINES.paused) };
}

/** The run is over. The demand is ended in so many words: a demand that goes on would begin another run. */
function over(state: StreamState, line: Line): Step {
  // Said before this viewer's start is sent: it speaks of an earlier run.
  if (state.pending === "press") return { state };
  const ended: StreamState = { ...state, wanted: false, pending: null, phase: "ready", line };
  return state.wanted ? { state: ended, send: "stop" } : { state: ended };
}

function failed(state: StreamState, message: string, gone: boolean): Step {
  const line: Line = { text: message, tone: "bad" };
  return { state: { ...state, phase: "ready", wanted: false, pending: null, gone: state.gone || gone, line } };
}
