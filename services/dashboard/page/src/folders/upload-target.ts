import type { Session } from "../contract";
import { routeOf } from "../routing/router";
import { seesAllVideos } from "../session/rights";
import { currentView } from "../videos/kept-view";
import { shownFolder } from "../videos/list-view";

/**
 * The folder that uploads go into: the one that is shown; null: none. Undefined: who sees some folders only has to
 * choose one of several first.
 */
export function uploadTarget(session: Session): string | null | undefined {
  const shown = routeOf(location.pathname).page === "list" ? shownFolder(currentView()) : null;
  if (shown !== null || seesAllVideos(session)) return shown;
  return session.folder_ids?.length === 1 ? session.folder_ids[0] : undefined;
}
