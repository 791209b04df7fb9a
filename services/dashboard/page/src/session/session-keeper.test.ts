import { beforeEach, expect, it, vi } from "vitest";
import { RequestFailed } from "../api/http";
import type { ProviderAnswer, Session } from "../contract";
import { FakeTimers } from "../../test-support/fake-timers";
import { ASK_AGAIN_MS, SessionKeeper } from "./session-keeper";

const NOBODY: Session = { is_login_required: true, name: null, role: null, kind: null, video_ids: null, opens: null };
const ANN: Session = { ...NOBODY, name: "ann", role: "operator", kind: "session" };
const OPEN: Session = { ...ANN, is_login_required: false, name: "everybody", role: "administrator", kind: null };
const LINK: Session = { ...ANN, name: "a link of ann", role: "viewer", kind: "link", video_ids: ["v"], opens: "/videos/v?t=3.5" };

/** Who is logged in at the server, which the test decides. */
let server: Session;
let timers: FakeTimers;
let shown: string[];
let address: string;
let keeper: SessionKeeper;
const refused = new RequestFailed(401, "login_refused", "The name or the password is wrong.");
const api = {
  get: vi.fn(() => Promise.resolve(server)),
  logIn: vi.fn((_name: string, _password: string) => Promise.resolve((server = ANN))),
  enter: vi.fn((_code: string) => Promise.resolve((server = LINK))),
  finish: vi.fn((_answer: ProviderAnswer) => Promise.resolve((server = ANN))),
  logOut: vi.fn(() => Promise.resolve(void (server = NOBODY))),
};

beforeEach(() => {
  vi.clearAllMocks();
  server = NOBODY;
  timers = new FakeTimers();
  shown = [];
  address = "/videos/a";
  const place = {
    isLogin: () => address === "/login",
    show: (path: string) => {
      address = path;
      shown.push(path);
    },
  };
  keeper = new SessionKeeper(api, place, timers);
});

it("shows the login to a stranger, and the address that was asked for after it", async () => {
  await keeper.ask();
  expect(keeper.snapshot()).toEqual({ kind: "out", hasEnded: false, problem: null });

  await keeper.logIn("ann", "secret");
  expect(keeper.snapshot()).toEqual({ kind: "in", session: ANN });
  expect(shown).toEqual([]);
});

it("shows the list after a login at the address of the login", async () => {
  address = "/login";
  await keeper.ask();
  await keeper.logIn("ann", "secret");

  expect(shown).toEqual(["/"]);
});

it("lets everybody in while logins are off", async () => {
  server = OPEN;
  await keeper.ask();

  expect(keeper.snapshot()).toEqual({ kind: "in", session: OPEN });
});

it("stays at the login when a password is refused, and says why", async () => {
  await keeper.ask();
  api.logIn.mockRejectedValueOnce(refused);

  await expect(keeper.logIn("ann", "wrong")).rejects.toBe(refused);
  expect(keeper.snapshot().kind).toBe("out");
});

it("logs in with the answer of the provider, and says why it is refused", async () => {
  const answer = { state: "s", code: "c", error: null, error_description: null, iss: null };
  api.finish.mockRejectedValueOnce(new RequestFailed(403, "no_role", "maria has no role here."));
  await keeper.finish(answer);
  expect(keeper.snapshot()).toEqual({ kind: "out", hasEnded: false, problem: "maria has no role here." });

  await keeper.finish(answer);
  expect(keeper.snapshot()).toEqual({ kind: "in", session: ANN });
  expect(shown).toEqual([]);
});

it("enters the code of a link, and shows what it opens", async () => {
  address = "/login";
  await keeper.enter("code");

  expect(api.enter.mock.calls).toEqual([["code"]]);
  expect(shown).toEqual(["/videos/v?t=3.5"]);
  expect(keeper.snapshot()).toEqual({ kind: "in", session: { ...LINK, opens: null } });
});

it("says at the login that a link is refused", async () => {
  api.enter.mockRejectedValueOnce(new RequestFailed(401, "code_refused", "The link has expired."));
  await keeper.enter("old");

  expect(keeper.snapshot()).toEqual({ kind: "out", hasEnded: false, problem: "The link has expired." });
});

it("needs no link while logins are off", async () => {
  server = OPEN;
  address = "/login";
  api.enter.mockRejectedValueOnce(new RequestFailed(401, "code_refused", "The link has expired."));
  await keeper.enter("old");

  expect(keeper.snapshot().kind).toBe("in");
  expect(shown).toEqual(["/"]);
});

it("says that the session has ended when the server does not know it any more", async () => {
  server = ANN;
  await keeper.ask();
  server = NOBODY;
  keeper.doubt();
  await keeper.ask();

  expect(keeper.snapshot()).toEqual({ kind: "out", hasEnded: true, problem: null });
});

it("asks once for many refused requests, and not at all at the login", async () => {
  server = ANN;
  await keeper.ask();
  server = NOBODY;
  api.get.mockClear();
  [1, 2, 3].forEach(keeper.doubt);
  await keeper.ask();
  expect(api.get).toHaveBeenCalledTimes(1);

  keeper.doubt();
  expect(api.get).toHaveBeenCalledTimes(1);
});

it("changes nothing when a doubt was wrong", async () => {
  server = ANN;
  await keeper.ask();
  const before = keeper.snapshot();
  const changed = vi.fn();
  keeper.watch(changed);
  server = { ...ANN };
  keeper.doubt();
  await keeper.ask();

  expect(keeper.snapshot()).toBe(before);
  expect(changed).not.toHaveBeenCalled();
});

it("notices other rights", async () => {
  server = ANN;
  await keeper.ask();
  server = { ...ANN, role: "viewer" };
  await keeper.ask();

  expect(keeper.snapshot()).toEqual({ kind: "in", session: server });
});

it("keeps who is logged in while the server does not answer", async () => {
  server = ANN;
  await keeper.ask();
  api.get.mockRejectedValueOnce(new RequestFailed(0, "unreachable", "Onwatch does not answer."));
  await keeper.ask();

  expect(keeper.snapshot()).toEqual({ kind: "in", session: ANN });
  expect(timers.running).toBe(0);
});

it("asks again in a while when the first answer is missing", async () => {
  api.get.mockRejectedValueOnce(new RequestFailed(0, "unreachable", "Onwatch does not answer."));
  await keeper.ask();
  expect(keeper.snapshot()).toEqual({ kind: "unknown", problem: "Onwatch does not answer." });

  server = ANN;
  timers.advance(ASK_AGAIN_MS);
  await vi.waitFor(() => expect(keeper.snapshot().kind).toBe("in"));
  expect(timers.running).toBe(0);
});

it("does not take the answer to a question of before the login", async () => {
  await keeper.ask();
  let answer = (_: Session): void => undefined;
  api.get.mockReturnValueOnce(new Promise<Session>((resolve) => (answer = resolve)));
  const asked = keeper.ask();
  await keeper.logIn("ann", "secret");
  answer(NOBODY);
  await asked;

  expect(keeper.snapshot().kind).toBe("in");
});

it("logs out, and begins with the list the next time", async () => {
  server = ANN;
  await keeper.ask();
  await keeper.logOut();

  expect(keeper.snapshot()).toEqual({ kind: "out", hasEnded: false, problem: null });
  expect(shown).toEqual(["/"]);
});

it("is logged out, too, when the session had ended before; and is not when the server fails", async () => {
  server = ANN;
  await keeper.ask();
  const down = new RequestFailed(503, "accounts_unavailable", "Try again.");
  api.logOut.mockRejectedValueOnce(down);
  await expect(keeper.logOut()).rejects.toBe(down);
  expect(keeper.snapshot().kind).toBe("in");

  api.logOut.mockRejectedValueOnce(new RequestFailed(401, "not_logged_in", "This needs a login."));
  await keeper.logOut();
  expect(keeper.snapshot().kind).toBe("out");
});
