import { beforeEach, expect, it } from "vitest";
import { type SendingEvents, UploadQueue } from "./queue";

interface FakeFile {
  name: string;
  size: number;
}

let sendings: { name: string; events: SendingEvents; cancelled: boolean }[];
let uploaded: number;
let nowMs: number;
let queue: UploadQueue<FakeFile>;
const statuses = (): string[] => queue.snapshot().map(({ name, status }) => `${name} ${status}`);

beforeEach(() => {
  sendings = [];
  uploaded = 0;
  nowMs = 0;
  const sendFile = (file: FakeFile, events: SendingEvents) => {
    const sending = { name: file.name, events, cancelled: false };
    sendings.push(sending);
    return { cancel: () => (sending.cancelled = true) };
  };
  queue = new UploadQueue(
    sendFile,
    () => uploaded++,
    () => nowMs,
  );
  queue.add(
    [
      { name: "a", size: 100 },
      { name: "b", size: 100 },
    ],
    1,
  );
});

it("sends one file after the other", () => {
  expect(statuses()).toEqual(["a sending", "b waiting"]);

  sendings[0]!.events.done("v");
  expect(statuses()).toEqual(["a done", "b sending"]);
  expect(uploaded).toBe(1);
});

it("tells which files are still to be uploaded", () => {
  const pending = (): string[] => queue.pending().map(({ file, into }) => `${file.name} ${into}`);
  queue.add([{ name: "c", size: 100 }], 2, "north");
  expect(pending()).toEqual(["a null", "b null", "c north"]);

  sendings[0]!.events.failed({ reason: "full", mayPass: true });
  sendings[1]!.events.done("v");
  expect(pending()).toEqual(["a null", "c north"]);

  sendings[2]!.events.failed({ reason: "no video", mayPass: false });
  expect(pending()).toEqual(["a null"]);
  queue.retry(1);
  expect(pending()).toEqual(["a null"]);
  queue.cancel(1);
  expect(pending()).toEqual([]);
});

it("reports progress, and that the server is checking when all is sent", () => {
  sendings[0]!.events.progress(40);
  expect(queue.snapshot()[0]).toMatchObject({ sentBytes: 40, status: "sending" });

  sendings[0]!.events.progress(150);
  expect(queue.snapshot()[0]).toMatchObject({ sentBytes: 100, status: "checking" });
});

it("tells how fast a file is sent, anew after the connection was lost", () => {
  const [{ events }] = sendings as [(typeof sendings)[0]];
  events.progress(10);
  nowMs = 2000;
  events.progress(30);
  expect(queue.snapshot()[0]).toMatchObject({ speed: 10, isInterrupted: false });

  events.interrupted();
  expect(queue.snapshot()[0]).toMatchObject({ sentBytes: 30, speed: null, isInterrupted: true, status: "sending" });
  nowMs = 60_000;
  events.progress(25);
  expect(queue.snapshot()[0]).toMatchObject({ sentBytes: 25, speed: null, isInterrupted: false });
  nowMs = 61_000;
  events.progress(65);
  expect(queue.snapshot()[0]).toMatchObject({ speed: 40 });
});

it("keeps the server's reason and continues with the next file", () => {
  sendings[0]!.events.failed({ reason: "a is not a video", mayPass: false });

  expect(queue.snapshot()[0]).toMatchObject({ status: "failed", reason: "a is not a video", canRetry: false });
  expect(statuses()[1]).toBe("b sending");
});

it("cancels the upload being sent and continues", () => {
  queue.cancel(1);

  expect(sendings[0]!.cancelled).toBe(true);
  expect(statuses()).toEqual(["a cancelled", "b sending"]);
});

it("cancels a waiting upload", () => {
  queue.cancel(2);
  sendings[0]!.events.done("v");

  expect(sendings).toHaveLength(1);
  expect(queue.busy).toBe(false);
});

it("does not cancel a finished upload", () => {
  sendings[0]!.events.done("v");
  queue.cancel(1);

  expect(statuses()[0]).toBe("a done");
});

it("dismisses only uploads that have ended", () => {
  queue.dismiss(1);
  expect(statuses()).toHaveLength(2);

  sendings[0]!.events.done("v");
  queue.dismiss(1);
  expect(statuses()).toEqual(["b sending"]);
});

it("sends a file again whose upload failed for a reason that may pass", () => {
  sendings[0]!.events.failed({ reason: "The connection was lost during the upload.", mayPass: true });
  expect(queue.snapshot()[0]).toMatchObject({ status: "failed", canRetry: true });

  queue.retry(1);
  expect(statuses()).toEqual(["a waiting", "b sending"]);
  sendings[1]!.events.done("b");
  sendings[2]!.events.done("a");
  expect(queue.snapshot().map(({ videoId }) => videoId)).toEqual(["a", "b"]);
});

it("sends a cancelled file again, but no refused or finished one", () => {
  queue.cancel(2);
  sendings[0]!.events.failed({ reason: "a is not a video", mayPass: false });
  queue.retry(1);
  expect(statuses()).toEqual(["a failed", "b cancelled"]);

  queue.retry(2);
  expect(statuses()).toEqual(["a failed", "b sending"]);
  sendings[1]!.events.done("b");
  queue.retry(2);
  expect(statuses()).toEqual(["a failed", "b done"]);
});

it("sends each file into the folder that it was chosen for", () => {
  const targets: (string | null)[] = [];
  let done = (): void => undefined;
  const other = new UploadQueue<FakeFile>(
    (_, events, into) => {
      targets.push(into);
      done = () => events.done("v");
      return { cancel: () => undefined };
    },
    () => undefined,
    () => nowMs,
  );
  other.add([{ name: "a", size: 1 }], 1, "north");
  other.add([{ name: "b", size: 1 }], 2);
  done();
  expect(targets).toEqual(["north", null]);
});
