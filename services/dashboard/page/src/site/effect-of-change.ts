import type { Kind } from "../state/video-state";

/** When a video is counted with a change of its zones and gates: said before it is saved. */
export function effectOfChange(kind: Kind, hasResults: boolean): string {
  if (kind === "running" || kind === "starting" || kind === "stopping" || kind === "paused" || kind === "stalled") {
    return "The run in progress keeps what it began with; the video is counted again when it is finished.";
  }
  if (hasResults) {
    return "The finished run is counted again with a change, without decoding it; its results stay until then.";
  }
  return "A change counts from the first run on.";
}
