import { beforeEach, expect, it, vi } from "vitest";
import { whenInDoubt } from "../api/session-doubt";
import type { ServerMessage } from "../contract";
import { FakeSocket } from "../../test-support/fake-socket";
import { FakeTimers } from "../../test-support/fake-timers";
import { Channel, type Listener, LOST_MS, RESUBSCRIBE_MS } from "./channel";
import { OPEN, SESSION_ENDED } from "./connection";
import type { Frame } from "./frames";

class RecordingListener implements Listener {
  readonly events: string[] = [];
  connected = (): void => void this.events.push("connected");
  disconnected = (): void => void this.events.push("disconnected");
  message = (message: ServerMessage): void => void this.events.push(message.type);
  frame = (frame: Frame): void => void this.events.push(`frame ${frame.header.video_id} ${frame.header.frame_number}`);
}

let timers: FakeTimers;
let sockets: FakeSocket[];
let channel: Channel;
const last = (): FakeSocket => sockets.at(-1)!;

beforeEach(() => {
  timers = new FakeTimers();
  sockets = [];
  const newSocket = (): FakeSocket => {
    sockets.push(new FakeSocket());
    return last();
  };
  channel = new Channel(newSocket, timers, () => 0);
  channel.connect();
});

it("subscribes as soon as the connection is open", () => {
  const listener = new RecordingListener();
  channel.open("a", listener);
  expect(last().sentLines).toEqual([]);

  last().onopen?.();
  expect(last().sentLines).toEqual(["subscribe a"]);
  expect(listener.events).toEqual(["connected"]);
});

it("unsubscribes from the old video before it subscribes to the new one, on the same connection", () => {
  last().onopen?.();
  channel.open("a", new RecordingListener());
  channel.open("b", new RecordingListener());

  expect(last().sentLines).toEqual(["subscribe a", "unsubscribe a", "subscribe b"]);
  expect(sockets).toHaveLength(1);
});

it("sends nothing to a connection that is closing, and subscribes once it is back", () => {
  last().onopen?.();
  const closing = last();
  closing.readyState = OPEN + 1;
  const listener = new RecordingListener();
  channel.open("a", listener);
  expect(channel.sendDemand(listener, "start")).toBe(false);
  closing.onclose?.();
  timers.advance(10_000);
  last().onopen?.();

  expect(closing.sent).toEqual([]);
  expect(last().sentLines).toEqual(["subscribe a"]);
  expect(listener.events).toEqual(["disconnected", "connected"]);
});

it("unsubscribes once when one page is closed and the next opened", () => {
  const [a, b] = [new RecordingListener(), new RecordingListener()];
  last().onopen?.();
  channel.open("a", a);
  channel.close(a);
  channel.open("b", b);
  channel.close(a);

  expect(last().sentLines).toEqual(["subscribe a", "unsubscribe a", "subscribe b"]);
});

it("drops frames and messages of another video", () => {
  const listener = new RecordingListener();
  last().onopen?.();
  channel.open("b", listener);
  last().deliverFrame({ video_id: "a", frame_number: 1 });
  last().deliver({ type: "state", video_id: "a", state: "finished", reason: null });
  last().deliverFrame({ video_id: "b", frame_number: 2 });

  expect(listener.events).toEqual(["connected", "frame b 2"]);
});

it("keeps one subscription through 200 quick switches and receives only the open video", () => {
  last().onopen?.();
  for (let step = 0; step < 200; step++) {
    const id = step % 2 ? "b" : "a";
    const listener = new RecordingListener();
    channel.open(id, listener);
    last().deliverFrame({ video_id: id === "a" ? "b" : "a", frame_number: step });
    expect(listener.events).toEqual(["connected"]);
  }
  const sent = last().sentLines;
  const open = sent.reduce((count, line) => count + (line.startsWith("subscribe") ? 1 : -1), 0);
  expect(open).toBe(1);
  expect(sent.at(-1)).toBe("subscribe b");
});

it("drops a malformed frame and continues", () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const listener = new RecordingListener();
  last().onopen?.();
  channel.open("a", listener);
  last().onmessage?.({ data: new ArrayBuffer(2) });
  last().deliverFrame({ video_id: "a", frame_number: 3 });

  expect(listener.events).toEqual(["connected", "frame a 3"]);
  expect(warned).toHaveBeenCalledOnce();
  warned.mockRestore();
});

it("reconnects with a growing delay and subscribes again", () => {
  const listener = new RecordingListener();
  last().onopen?.();
  channel.open("a", listener);
  last().onclose?.();

  timers.advance(250);
  expect(sockets).toHaveLength(2);
  last().onclose?.();
  timers.advance(499);
  expect(sockets).toHaveLength(2);

  timers.advance(1);
  last().onopen?.();
  expect(last().sentLines).toEqual(["subscribe a"]);
  expect(listener.events).toEqual(["connected", "disconnected", "disconnected", "connected"]);
  expect(channel.status).toBe("open");
});

it("is shown as lost after two seconds, whatever is tried meanwhile", () => {
  const shown: string[] = [];
  channel.watchStatus(() => shown.push(channel.status));
  last().onopen?.();
  last().onclose?.();
  timers.advance(250);
  last().onclose?.();
  timers.advance(LOST_MS - 251);
  expect(shown).toEqual(["open"]);

  timers.advance(1);
  expect(shown).toEqual(["open", "lost"]);
  last().onopen?.();
  expect(shown).toEqual(["open", "lost", "open"]);
});

it("starts from the shortest delay again after a success", () => {
  last().onclose?.();
  timers.advance(250);
  last().onopen?.();
  last().onclose?.();
  timers.advance(250);

  expect(sockets).toHaveLength(3);
});

it("reconnects at once on request, and only once", () => {
  last().onclose?.();
  channel.reconnectNow();
  channel.reconnectNow();
  timers.advance(60_000);

  expect(sockets).toHaveLength(2);
});

it("subscribes again after the server could not", () => {
  last().onopen?.();
  const listener = new RecordingListener();
  channel.open("a", listener);
  last().deliver({ type: "error", code: "unavailable", message: "try again", video_id: "a" });
  timers.advance(RESUBSCRIBE_MS);

  expect(last().sentLines).toEqual(["subscribe a", "subscribe a"]);
  expect(listener.events).toEqual(["connected", "error", "connected"]);
});

it("does not subscribe again to a video that was closed meanwhile", () => {
  last().onopen?.();
  const listener = new RecordingListener();
  channel.open("a", listener);
  last().deliver({ type: "error", code: "unavailable", message: "try again", video_id: "a" });
  channel.close(listener);

  expect(timers.running).toBe(0);
});

it("sends nothing for a listener whose subscription has ended", () => {
  const [a, b] = [new RecordingListener(), new RecordingListener()];
  last().onopen?.();
  channel.open("a", a);
  channel.open("b", b);

  expect(channel.sendDemand(a, "start")).toBe(false);
  expect(channel.sendDemand(b, "start")).toBe(true);
  expect(last().sentLines.at(-1)).toBe("start b");
});

it("leaves no timer behind when it is closed", () => {
  last().onclose?.();
  channel.disconnect();

  expect(timers.running).toBe(0);
});

it("doubts the session after a refused handshake, and when the server ends the session, not after other losses", () => {
  const doubted = vi.fn();
  whenInDoubt(doubted);
  last().onclose?.({ code: 1006 });
  expect(doubted).toHaveBeenCalledTimes(1);

  timers.advance(250);
  last().onopen?.();
  last().onclose?.({ code: 1006 });
  expect(doubted).toHaveBeenCalledTimes(1);

  timers.advance(250);
  last().onopen?.();
  last().onclose?.({ code: SESSION_ENDED });
  expect(doubted).toHaveBeenCalledTimes(2);
});

it("does not reconnect while it is disconnected, and connects again", () => {
  last().onopen?.();
  last().onclose?.({ code: SESSION_ENDED });
  channel.disconnect();
  channel.reconnectNow();
  timers.advance(60_000);
  expect(sockets).toHaveLength(1);
  expect(channel.status).toBe("connecting");

  channel.connect();
  last().onopen?.();
  expect(sockets).toHaveLength(2);
  expect(channel.status).toBe("open");
});
