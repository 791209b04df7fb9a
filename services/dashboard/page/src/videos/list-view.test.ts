import { expect, it } from "vitest";
import {
  FIRST_VIEW,
  folderAddress,
  isFiltered,
  type ListView,
  parametersOf,
  shownFolder,
  sortedBy,
  unfiltered,
  withFolderOf,
} from "./list-view";

const asked = (view: Partial<ListView>): string => parametersOf({ ...FIRST_VIEW, ...view }).toString();

it("asks for what the view shows, and for nothing by default", () => {
  expect(asked({})).toBe("");
  expect(asked({ query: " elm street ", order: "name" })).toBe("search=elm+street&sort=name");
  expect(asked({ layout: "table" })).toBe("");
});

it("filters by what the badge says: a queued video is not paused", () => {
  expect(asked({ status: "queued" })).toBe("queued=true");
  expect(asked({ status: "paused" })).toBe("status=paused&queued=false");
});

it("takes whole days of the place where the page is", () => {
  const parameters = parametersOf({ ...FIRST_VIEW, from: "2026-03-02", to: "2026-03-02" });
  const [from, before] = ["created_from", "created_before"].map((name) => new Date(parameters.get(name)!));

  expect([from!.getHours(), from!.getDate()]).toEqual([0, 2]);
  expect([before!.getHours(), before!.getDate()]).toEqual([0, 3]);
  expect(asked({ from: "0202-03-02", to: "soon" })).toBe("");
});

it("knows whether videos are left out", () => {
  expect(isFiltered({ ...FIRST_VIEW, query: " " })).toBe(false);
  for (const change of [{ query: "a" }, { status: "failed" as const }, { from: "2026-03-02" }, { to: "2026-03-02" }]) {
    const view = { ...FIRST_VIEW, ...change };
    expect(isFiltered(view)).toBe(true);
    expect(isFiltered(unfiltered(view))).toBe(false);
  }
  expect(isFiltered({ ...FIRST_VIEW, order: "name" })).toBe(false);
});

it("turns the order round at the second click on a column", () => {
  expect(sortedBy("-created_at", "name")).toBe("name");
  expect(sortedBy("name", "name")).toBe("-name");
  expect(sortedBy("-name", "name")).toBe("name");
  expect(sortedBy("-duration_s", "-duration_s")).toBe("duration_s");
});

it("shows one folder, which is in the address and stays without the other filters", () => {
  const view = withFolderOf("?folder=f1", { ...FIRST_VIEW, query: "elm" });
  expect(parametersOf(view).toString()).toBe("folder=f1&search=elm");
  expect(withFolderOf("", view)).toBe(view);
  expect(unfiltered(view)).toEqual({ ...FIRST_VIEW, folder: "f1" });
  expect(["f1", ""].map(folderAddress)).toEqual(["/?folder=f1", "/"]);
  expect(["f1", "none", ""].map((folder) => shownFolder({ ...FIRST_VIEW, folder }))).toEqual(["f1", null, null]);
});
