import { afterEach, expect, it, vi } from "vitest";
import { getVersioned, requestFailed, send } from "./http";
import { whenInDoubt } from "./session-doubt";

afterEach(() => vi.unstubAllGlobals());

it("takes the reason from a problem document", () => {
  const body = JSON.stringify({
    title: "Not a video",
    detail: "notes.txt cannot be decoded.",
    code: "not_a_video",
    status: 422,
  });
  const failed = requestFailed(422, body);

  expect(failed.message).toBe("notes.txt cannot be decoded.");
  expect(failed.code).toBe("not_a_video");
});

it.each(["<html>Bad gateway</html>", "", "null", "[]"])("names the status when the body is no problem: %s", (body) => {
  expect(requestFailed(502, body).message).toContain("502");
});

it("requires the version that was read where a change names it", async () => {
  const answer = () => new Response(JSON.stringify({ zones: [] }), { headers: { ETag: '"7"' } });
  const fetched = vi.fn((_url: string, _init?: RequestInit) => Promise.resolve(answer()));
  vi.stubGlobal("fetch", fetched);

  const read = await getVersioned<{ zones: [] }>("/site", new AbortController().signal);
  await send("PUT", "/site", {}, read.etag);
  await send("PUT", "/site", {});

  expect(read).toEqual({ zones: [], etag: '"7"' });
  expect(fetched.mock.calls[1]?.[1]?.headers).toEqual({ "Content-Type": "application/json", "If-Match": '"7"' });
  expect(fetched.mock.calls[2]?.[1]?.headers).toEqual({ "Content-Type": "application/json" });
});

it("doubts the session when a request needs a login, not when a login is refused", () => {
  const doubted = vi.fn();
  whenInDoubt(doubted);
  requestFailed(401, JSON.stringify({ code: "login_refused" }));
  requestFailed(403, JSON.stringify({ code: "not_allowed" }));
  expect(doubted).not.toHaveBeenCalled();

  requestFailed(401, JSON.stringify({ code: "not_logged_in" }));
  expect(doubted).toHaveBeenCalledOnce();
});
