import { useEffect, useState } from "react";
import { Channel, pageSocket } from "../channel/channel";
import { browserTimers } from "../timers";

/** A connection of its own: a connection has at most one subscription. */
export function useTileChannel(): Channel | null {
  const [channel, setChannel] = useState<Channel | null>(null);
  useEffect(() => {
    const own = new Channel(pageSocket, browserTimers);
    const reconnect = (): void => own.reconnectNow();
    own.connect();
    addEventListener("online", reconnect);
    setChannel(own);
    return () => {
      removeEventListener("online", reconnect);
      own.disconnect();
      setChannel(null);
    };
  }, []);
  return channel;
}
