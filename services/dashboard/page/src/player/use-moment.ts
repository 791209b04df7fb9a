import { useCallback, useEffect, useRef, useState } from "react";
import { paths, routeOf } from "../routing/router";
import { momentAddress, momentIn } from "./moment";
import type { Moment } from "./recording";

export interface MomentChoice {
  moment: Moment | null;
  show(atS: number): void;
  /** The same, standing still. */
  showStill(atS: number): void;
  /** Where the recording stands: it becomes the address, and nothing else changes. */
  remember(atS: number): void;
  close(): void;
}

/** The shown moment of the recording of a video, if any: from the address, or from a click, which becomes the address. */
export function useMoment(videoId: string): MomentChoice {
  const [shown, setShown] = useState<{ videoId: string; moment: Moment } | null>(() => {
    const atS = momentIn(location.search);
    return atS === null ? null : { videoId, moment: { atS, plays: false } };
  });
  const moment = shown?.videoId === videoId ? shown.moment : null;
  // An effect of what was drawn before may run after `close`: it would bring the address back.
  const isShown = useRef(false);
  isShown.current = moment !== null;
  const path = paths.video(videoId);
  useEffect(() => {
    if (shown && shown.videoId !== videoId) setShown(null);
  }, [shown, videoId]);
  // The same one for as long as the video is: what has it as a property is not drawn again.
  const showAt = useCallback(
    (atS: number, plays: boolean): void => {
      history.replaceState(null, "", momentAddress(path, atS));
      setShown({ videoId, moment: { atS, plays } });
    },
    [path, videoId],
  );
  const show = useCallback((atS: number): void => showAt(atS, true), [showAt]);
  return {
    moment,
    show,
    showStill: (atS) => showAt(atS, false),
    remember: (atS) => {
      const address = momentAddress(path, atS);
      const route = routeOf(location.pathname);
      const isHere = route.page === "video" && route.id === videoId;
      if (isShown.current && isHere && location.pathname + location.search !== address) history.replaceState(null, "", address);
    },
    close: () => {
      isShown.current = false;
      history.replaceState(null, "", path);
      setShown(null);
    },
  };
}
