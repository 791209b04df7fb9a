import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useChannel } from "../channel/channel-context";
import { browserTimers } from "../timers";
import { browserVisibility, suspendWhileHidden } from "./hidden-tab";
import { type Screen, Stream } from "./stream";
import { FIRST_STATE, type StreamState } from "./stream-state";

const neverChanges = (): (() => void) => () => undefined;
const firstState = (): StreamState => FIRST_STATE;

/** Opens the video's stream on the screen, and closes it before the next one is opened or the page is left. */
export function useStream(videoId: string, screen: Screen | null): { stream: Stream | null; state: StreamState } {
  const channel = useChannel();
  const stream = useMemo(() => screen && new Stream(videoId, channel, screen, browserTimers), [videoId, channel, screen]);
  useEffect(() => {
    if (!stream) return;
    stream.open();
    const end = suspendWhileHidden(stream, browserVisibility, browserTimers);
    return () => {
      end();
      stream.close();
    };
  }, [stream]);
  const state = useSyncExternalStore(stream?.watch ?? neverChanges, stream?.snapshot ?? firstState);
  return { stream, state };
}
