import { getJson, isRefusal, reasonOf, send } from "../api/http";
import { urls } from "../api/urls";
import type { Join, JoinRequest } from "../contract";
import type { Joining, JoiningEvents } from "./groups";

const POLL_MS = 500;
/** A server that does not answer is asked again for a minute; it goes on joining. */
const TRIES = 120;

/** Has the server join videos and delete the separate ones; polls until it is done. */
export function joinVideos(videoIds: readonly string[], events: JoiningEvents): Joining {
  const cancelling = new AbortController();
  const run = async (): Promise<void> => {
    const request: JoinRequest = { video_ids: [...videoIds], delete_originals: true };
    let join = (await send<Join>("POST", urls.joins, request))!;
    while (join.state === "waiting" || join.state === "joining") {
      if (cancelling.signal.aborted) return void (await send("DELETE", urls.join(join.id)));
      events.progress(join.state, join.progress);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      join = await patiently(() => getJson<Join>(urls.join(join.id), new AbortController().signal));
    }
    if (cancelling.signal.aborted) return;
    if (join.problem) events.failed(join.problem.detail);
    else events.done(join);
  };
  run().catch((error: unknown) => {
    if (!cancelling.signal.aborted) events.failed(reasonOf(error));
  });
  return { cancel: () => cancelling.abort() };
}

async function patiently<T>(request: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await request();
    } catch (error) {
      if (isRefusal(error) || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
