import type { ChannelError, State } from "../contract";

/** The player is idle, waits for a frame, or shows one. */
export type Phase = "ready" | "starting" | "streaming";

/** Why the player is in its phase. `videoState` makes the words of it. */
export type Cause =
  /** Nothing is known yet: the server has no state of a video that was never started. */
  | "none"
  /** Start was pressed, or the demand was resumed, and no detector has answered. */
  | "asked"
  | "preparing"
  | "running"
  /** Stop was pressed, and the stream goes on for a moment, or for others. */
  | "stopping"
  | "stopped"
  | "paused"
  /** A demanded run was paused: another detector may take it. */
  | "handover"
  | "finished"
  | "failed"
  | "no_detector"
  | "stalled"
  /** The stream of others has ended without a word. */
  | "ended"
  | "refused"
  | "deleted"
  | "missing";

/** A run goes on for as long after its last demand (the linger of a detector, and a heartbeat). */
export const LINGER_MS = 5000;

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
  /** When the demand of this page ended, or could have been made by its previous load. */
  undemandedSince: number;
  /** The run has gone on for longer than any demand of this page explains. */
  isForOthers: boolean;
  cause: Cause;
  /** In the words of the server. */
  reason: string | null;
}

export type StreamEvent =
  | { type: "pressed_start" }
  | { type: "pressed_stop" }
  | { type: "connected" }
  | { type: "disconnected" }
  /** The page is hidden for long. */
  | { type: "suspended" }
  | { type: "settled" }
  | { type: "timeout" }
  | { type: "frame"; run: string }
  | { type: "metrics"; run: string }
  | { type: "state"; message: State }
  | { type: "error"; error: ChannelError }
  /** This viewer's role may not start or stop. */
  | { type: "forbidden"; reason: string };

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
  undemandedSince: 0,
  isForOthers: false,
  cause: "none",
  reason: null,
};

/** The state after an event at a time in milliseconds. */
export function next(state: StreamState, event: StreamEvent, atMs: number): Step {
  const step = after(state, event);
  const changed = { ...step.state, ...derived(state, step.state, event, atMs) };
  return same(step.state, changed) ? step : { ...step, state: changed };
}

/** What follows from the rest of the state, whatever the event was. */
function derived(before: StreamState, now: StreamState, event: StreamEvent, atMs: number): Partial<StreamState> {
  const hasEnded = before.wanted && !now.wanted;
  const undemandedSince = hasEnded || (event.type === "connected" && !now.wanted) ? atMs : now.undemandedSince;
  const isData = event.type === "frame" || event.type === "metrics";
  const isRunning = now.phase === "streaming" && !now.wanted;
  const isForOthers = isRunning && (now.isForOthers || (isData && atMs - undemandedSince > LINGER_MS));
  const cause = isForOthers && now.cause === "stopping" ? "running" : now.cause;
  return { showsFrame: now.showsFrame && now.phase === "streaming", undemandedSince, isForOthers, cause };
}

/** The same object is kept when nothing changes, so that nothing is rendered. */
function same(a: StreamState, b: StreamState): boolean {
  return (Object.keys(a) as (keyof StreamState)[]).every((name) => a[name] === b[name]);
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
      return { state: { ...state, connected: false, settled: false } };
    case "suspended":
      return { state: because({ ...state, connected: false, settled: false, phase: "ready" }, "none") };
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
    case "forbidden":
      return { state: forbidden(state, event.reason) };
  }
}

function because(state: StreamState, cause: Cause, reason: string | null = null): StreamState {
  return { ...state, cause, reason };
}

function pressedStart(state: StreamState): Step {
  const running = state.phase === "streaming";
  const started: StreamState = {
    ...because(state, running ? "running" : "asked"),
    wanted: true,
    startedBy: "press",
    pending: !state.settled,
    sawDetector: running,
    phase: running ? "streaming" : "starting",
  };
  return state.settled ? { state: started, send: "start" } : { state: started };
}

function pressedStop(state: StreamState): Step {
  const streaming = state.phase === "streaming";
  const stopped = because(state, streaming ? "stopping" : "stopped");
  return {
    state: { ...stopped, wanted: false, pending: false, phase: streaming ? "streaming" : "ready" },
    send: "stop",
  };
}

/** A stream that is still shown stays: the watchdog ends it if the connection that is back does not feed it. */
function connected(state: StreamState): StreamState {
  const streaming = state.phase === "streaming";
  const back: StreamState = { ...state, connected: true, settled: false, sawDetector: streaming };
  if (!state.wanted) return back;
  const resumed: StreamState = { ...back, pending: true, startedBy: state.pending ? state.startedBy : "resume" };
  return streaming ? resumed : because({ ...resumed, phase: "starting" }, "asked");
}

/** The server's state of the video has arrived: demand that still holds is sent now. */
function settled(state: StreamState): Step {
  const ready: StreamState = { ...state, settled: true, pending: false };
  return state.wanted && state.pending ? { state: ready, send: "start" } : { state: ready };
}

function timeout(state: StreamState): Step {
  const idle: StreamState = { ...state, phase: "ready" };
  if (!state.connected) return { state: idle };
  if (!state.wanted) return { state: because(idle, state.cause === "stopping" ? "stopped" : "ended") };
  const cause = state.sawDetector ? "stalled" : "no_detector";
  return { state: because({ ...idle, wanted: false, pending: false }, cause), send: "stop" };
}

/** True for a frame of a finished run, which arrived after the message of its end. */
export function isLate(state: StreamState, run: string): boolean {
  return run === state.endedRun;
}

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
      return { state: because({ ...state, sawDetector: true, phase: "starting" }, "preparing", reason) };
    case "streaming":
      return { state: streaming(state) };
    case "paused":
      return { state: paused(state, reason) };
    case "finished":
      return finished(state, reason);
    case "failed":
      return ended(state, "failed", reason);
    case "deleted":
      return { state: because(missing(state), "deleted") };
  }
}

function missing(state: StreamState): StreamState {
  return { ...state, phase: "ready", wanted: false, pending: false, isMissing: true };
}

function streaming(state: StreamState): StreamState {
  const running: StreamState = { ...state, sawDetector: true, phase: "streaming" };
  return state.cause === "stopping" ? running : because(running, "running");
}

function paused(state: StreamState, reason: string | null): StreamState {
  if (state.pending) return state;
  if (state.wanted) return because({ ...state, phase: "starting" }, "handover");
  // A pause that follows a stall must not hide the stall.
  if (state.phase === "ready" && (state.cause === "stalled" || state.cause === "no_detector")) return state;
  return because({ ...state, phase: "ready" }, "paused", reason);
}

/** An end before any sign of a detector belongs to an earlier run: its message was sent before Start was pressed. */
function finished(state: StreamState, reason: string | null): Step {
  if (state.wanted && state.startedBy === "press" && !state.sawDetector) return { state };
  return ended({ ...state, endedRun: state.run }, "finished", reason);
}

/** The demand is stopped explicitly: if it continued, it would start another run. */
function ended(state: StreamState, cause: Cause, reason: string | null): Step {
  if (state.pending && state.startedBy === "press") return { state };
  const idle = because({ ...state, wanted: false, pending: false, phase: "ready" }, cause, reason);
  return state.wanted ? { state: idle, send: "stop" } : { state: idle };
}

/** Demand survives an error after which the subscription is requested again. */
function refused(state: StreamState, { code, message }: ChannelError): StreamState {
  if (code === "video_not_found") return because(missing(state), "missing", message);
  const shown = because({ ...state, phase: "ready" }, "refused", message);
  if (code === "unavailable" || code === "not_subscribed") return shown;
  return { ...shown, wanted: false, pending: false };
}

/** A stream of others goes on. */
function forbidden(state: StreamState, reason: string): StreamState {
  const idle: StreamState = { ...state, wanted: false, pending: false };
  return state.phase === "streaming" ? idle : because({ ...idle, phase: "ready" }, "refused", reason);
}
