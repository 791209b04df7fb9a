import { expect, it } from "vitest";
import { requestFailed } from "./http";

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
