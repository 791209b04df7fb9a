import { beforeEach, expect, it, vi } from "vitest";
import type { ServerMessage } from "../contract";
import { FakeTimers } from "../timers";
import { Channel, type Listener, RESUBSCRIBE_MS } from "./channel";
import { FakeSocket } from "./fake-socket";
import type { Frame } from "./frames";

class Heard implements Listener {
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

it("subscribes as soon as there is a connection", () => {
  const heard = new Heard();
  channel.open("a", heard);
  expect(last().said).toEqual([]);

  last().onopen?.();
  expect(last().said).toEqual(["subscribe a"]);
  expect(heard.events).toEqual(["connected"]);
});

it("unsubscribes from the old video before it subscribes to the new one, on the same connection", () => {
  last().onopen?.();
  channel.open("a", new Heard());
  channel.open("b", new Heard());

  expect(last().said).toEqual(["subscribe a", "unsubscribe a", "subscribe b"]);
  expect(sockets).toHaveLength(1);
});

it("unsubscribes once when the page is left and the next one opened", () => {
  const [a, b] = [new Heard(), new Heard()];
  last().onopen?.();
  channel.open("a", a);
  channel.close(a);
  channel.open("b", b);
  channel.close(a);

  expect(last().said).toEqual(["subscribe a", "unsubscribe a", "subscribe b"]);
});

it("drops frames and messages of another video", () => {
  const heard = new Heard();
  last().onopen?.();
  channel.open("b", heard);
  last().shows({ video_id: "a", frame_number: 1 });
  last().says({ type: "state", video_id: "a", state: "finished", reason: null });
  last().shows({ video_id: "b", frame_number: 2 });

  expect(heard.events).toEqual(["connected", "frame b 2"]);
});

it("keeps one subscription through 200 quick switches and hears only the open video", () => {
  last().onopen?.();
  for (let step = 0; step < 200; step++) {
    const id = step % 2 ? "b" : "a";
    const heard = new Heard();
    channel.open(id, heard);
    last().shows({ video_id: id === "a" ? "b" : "a", frame_number: step });
    expect(heard.events).toEqual(["connected"]);
  }
  const said = last().said;
  const open = said.reduce((count, line) => count + (line.startsWith("subscribe") ? 1 : -1), 0);
  expect(open).toBe(1);
  expect(said.at(-1)).toBe("subscribe b");
});

it("drops a frame that is malformed and goes on", () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const heard = new Heard();
  last().onopen?.();
  channel.open("a", heard);
  last().onmessage?.({ data: new ArrayBuffer(2) });
  last().shows({ video_id: "a", frame_number: 3 });

  expect(heard.events).toEqual(["connected", "frame a 3"]);
  expect(warned).toHaveBeenCalledOnce();
  warned.mockRestore();
});

it("comes back with a growing delay and subscribes again", () => {
  const heard = new Heard();
  last().onopen?.();
  channel.open("a", heard);
  last().onclose?.();
  expect(channel.status).toBe("lost");

  timers.advance(250);
  expect(sockets).toHaveLength(2);
  last().onclose?.();
  timers.advance(499);
  expect(sockets).toHaveLength(2);

  timers.advance(1);
  last().onopen?.();
  expect(last().said).toEqual(["subscribe a"]);
  expect(heard.events).toEqual(["connected", "disconnected", "disconnected", "connected"]);
  expect(channel.status).toBe("open");
});

it("starts from the shortest delay again after a success", () => {
  last().onclose?.();
  timers.advance(250);
  last().onopen?.();
  last().onclose?.();
  timers.advance(250);

  expect(sockets).toHaveLength(3);
});

it("tries at once when the network is back, and only once", () => {
  last().onclose?.();
  channel.hurry();
  channel.hurry();
  timers.advance(60_000);

  expect(sockets).toHaveLength(2);
});

it("tries again when the server could not subscribe", () => {
  last().onopen?.();
  const heard = new Heard();
  channel.open("a", heard);
  last().says({ type: "error", code: "unavailable", message: "try again", video_id: "a" });
  timers.advance(RESUBSCRIBE_MS);

  expect(last().said).toEqual(["subscribe a", "subscribe a"]);
  expect(heard.events).toEqual(["connected", "error", "connected"]);
});

it("does not try again for a video that was left meanwhile", () => {
  last().onopen?.();
  const heard = new Heard();
  channel.open("a", heard);
  last().says({ type: "error", code: "unavailable", message: "try again", video_id: "a" });
  channel.close(heard);

  expect(timers.running).toBe(0);
});

it("says nothing for a listener whose subscription is over", () => {
  const [a, b] = [new Heard(), new Heard()];
  last().onopen?.();
  channel.open("a", a);
  channel.open("b", b);

  expect(channel.ask(a, "start")).toBe(false);
  expect(channel.ask(b, "start")).toBe(true);
  expect(last().said.at(-1)).toBe("start b");
});

it("leaves no timer behind when it is closed", () => {
  last().onclose?.();
  channel.disconnect();

  expect(timers.running).toBe(0);
});
