import { afterEach, expect, it, vi } from "vitest";
import { FIRST_VIEW } from "../videos/list-view";
import { keepView } from "../videos/kept-view";
import { uploadTarget } from "./upload-target";

const session = (video_ids: string[] | null, folder_ids: string[] = []) => ({
  is_login_required: true,
  name: "Ada",
  role: "operator" as const,
  kind: "session" as const,
  video_ids,
  folder_ids,
  opens: null,
});

function show(folder: string, pathname = "/"): void {
  vi.stubGlobal("location", { pathname });
  keepView({ ...FIRST_VIEW, folder });
}

afterEach(() => {
  vi.unstubAllGlobals();
  keepView(FIRST_VIEW);
});

it("is the folder that is shown", () => {
  show("north");
  expect(uploadTarget(session(null))).toBe("north");
  show("none");
  expect(uploadTarget(session(null))).toBeNull();
  show("north", "/videos/v");
  expect(uploadTarget(session(null))).toBeNull();
});

it("is the only folder of who sees one, and of several one has to be chosen", () => {
  show("");
  expect(uploadTarget(session([], ["north"]))).toBe("north");
  expect(uploadTarget(session([], ["north", "south"]))).toBeUndefined();
  show("south");
  expect(uploadTarget(session([], ["north", "south"]))).toBe("south");
});
