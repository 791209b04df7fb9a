import type { Kind } from "../state/video-state";
import { texts } from "../texts";

/** When a video is counted with a change of its zones and gates: said before it is saved. */
export function effectOfChange(kind: Kind, hasResults: boolean): string {
  if (kind === "running" || kind === "starting" || kind === "stopping" || kind === "paused" || kind === "stalled") {
    return texts.site.effect.running;
  }
  return hasResults ? texts.site.effect.finished : texts.site.effect.ready;
}
