/**
 * What the page offers to whom; the server decides (`onwatch_gateway.access.rights`), and the page hides what it would
 * refuse. One function for each right.
 */

import type { Role, Session } from "../contract";

export type Holder = Pick<Session, "is_login_required" | "role" | "kind" | "video_ids" | "folder_ids" | "provider">;
export type Right = (holder: Holder) => boolean;

const RANKS: Record<Role, number> = { viewer: 0, operator: 1, administrator: 2 };

function isAtLeast(role: Role, holder: Holder): boolean {
  return !holder.is_login_required || (holder.role !== null && RANKS[holder.role] >= RANKS[role]);
}

/** Who is limited to some videos may do nothing that concerns others. */
function seesAll({ is_login_required, video_ids }: Holder): boolean {
  return !is_login_required || video_ids === null;
}

export const mayStart: Right = (holder) => isAtLeast("operator", holder);
export const mayAnalyse: Right = (holder) => isAtLeast("operator", holder);
/** Name, engine and rate of a video. */
export const mayEditVideo: Right = (holder) => isAtLeast("operator", holder);
export const mayEditZones: Right = (holder) => isAtLeast("operator", holder);
/** Rules of alerts; and to acknowledge what they raised. */
export const mayEditAlerts: Right = (holder) => isAtLeast("operator", holder);
export const mayMark: Right = (holder) => isAtLeast("operator", holder);
/** Who is limited uploads into a folder of theirs (`uploadTarget`). */
export const mayUpload: Right = (holder) =>
  isAtLeast("operator", holder) && (seesAll(holder) || Boolean(holder.folder_ids?.length));
export const mayJoin: Right = (holder) => isAtLeast("operator", holder) && seesAll(holder);
/** From a folder of theirs into another one. */
export const mayMove: Right = (holder) =>
  isAtLeast("operator", holder) && (seesAll(holder) || (holder.folder_ids?.length ?? 0) > 1);
export const mayManageFolders: Right = (holder) => isAtLeast("operator", holder) && seesAll(holder);
/** Videos that are in no folder are listed apart. */
export const seesAllVideos: Right = seesAll;
/** Without logins everybody sees every video anyway. */
export const mayShare: Right = (holder) => holder.is_login_required && isAtLeast("operator", holder) && seesAll(holder);
export const mayDelete: Right = (holder) => isAtLeast("administrator", holder);
/** Accounts, tokens and the audit log; there are none without logins. */
export const mayAdminister: Right = (holder) => holder.is_login_required && isAtLeast("administrator", holder) && seesAll(holder);
/** Also without logins. */
export const maySeeStatus: Right = (holder) => isAtLeast("administrator", holder) && seesAll(holder);
/** Of one's own account: a shared link has none, and that of a provider's account is there. */
export const mayChangePassword: Right = ({ kind, provider }) => kind === "session" && provider === undefined;
