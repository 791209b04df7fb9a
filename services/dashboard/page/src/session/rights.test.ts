import { describe, expect, it } from "vitest";
import type { Role } from "../contract";
import * as rights from "./rights";
import type { Holder } from "./rights";

const { mayChangePassword, seesAllVideos, ...byRole } = rights;
type Name = keyof typeof byRole;

function holder(role: Role, change: Partial<Holder> = {}): Holder {
  return { is_login_required: true, role, kind: "session", video_ids: null, ...change };
}

function rightsOf(who: Holder): Name[] {
  return (Object.keys(byRole) as Name[]).filter((name) => byRole[name](who)).sort();
}

const OF_OPERATORS: Name[] = [
  "mayAnalyse",
  "mayEditAlerts",
  "mayEditVideo",
  "mayEditZones",
  "mayJoin",
  "mayManageFolders",
  "mayMark",
  "mayMove",
  "mayShare",
  "mayStart",
  "mayUpload",
];

describe("who may what", () => {
  it("lets a viewer watch and read only", () => {
    expect(rightsOf(holder("viewer"))).toEqual([]);
  });

  it("lets an operator work on videos", () => {
    expect(rightsOf(holder("operator"))).toEqual(OF_OPERATORS);
  });

  it("lets an administrator delete and administer, too", () => {
    expect(rightsOf(holder("administrator"))).toEqual([...OF_OPERATORS, "mayAdminister", "mayDelete", "maySeeStatus"].sort());
  });

  it("lets who may see some videos do nothing that concerns others", () => {
    const limited = rightsOf(holder("administrator", { video_ids: ["a"] }));
    expect(limited).toEqual(["mayAnalyse", "mayDelete", "mayEditAlerts", "mayEditVideo", "mayEditZones", "mayMark", "mayStart"]);
  });

  it("lets who may see some folders upload into them, and move videos between them", () => {
    const limited = (...folder_ids: string[]) => rightsOf(holder("operator", { video_ids: [], folder_ids }));
    const ofOne = ["mayAnalyse", "mayEditAlerts", "mayEditVideo", "mayEditZones", "mayMark", "mayStart", "mayUpload"];
    expect(limited("f")).toEqual(ofOne);
    expect(limited("f", "g")).toEqual([...ofOne, "mayMove"].sort());
    expect(rightsOf(holder("viewer", { video_ids: [], folder_ids: ["f", "g"] }))).toEqual([]);
    expect([holder("viewer"), holder("viewer", { video_ids: [] })].map(seesAllVideos)).toEqual([true, false]);
  });

  it("lets everybody do everything while logins are off, where there is nothing to share or to administer", () => {
    const everybody = { is_login_required: false, role: "administrator", kind: null, video_ids: null } as const;
    const allowed = rightsOf(everybody);
    expect(allowed).toEqual([...OF_OPERATORS, "mayDelete", "maySeeStatus"].filter((name) => name !== "mayShare").sort());
    expect(rightsOf({ ...everybody, role: null })).toEqual(allowed);
  });

  it("lets nobody do anything who is not logged in", () => {
    expect(rightsOf({ is_login_required: true, role: null, kind: null, video_ids: null })).toEqual([]);
  });

  it("lets accounts change their passwords, and no shared link", () => {
    expect(mayChangePassword(holder("viewer"))).toBe(true);
    expect(mayChangePassword(holder("viewer", { kind: "link" }))).toBe(false);
    expect(mayChangePassword(holder("viewer", { provider: "Traffic SSO" }))).toBe(false);
  });
});
