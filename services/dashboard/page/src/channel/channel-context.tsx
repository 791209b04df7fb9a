import { createContext, useContext, useSyncExternalStore } from "react";
import type { Channel } from "./channel";
import type { ConnectionStatus } from "./connection";

const ChannelContext = createContext<Channel | null>(null);
export const ChannelProvider = ChannelContext;

export function useChannel(): Channel {
  const channel = useContext(ChannelContext);
  if (!channel) throw new Error("useChannel outside of a ChannelProvider");
  return channel;
}

export function useConnectionStatus(): ConnectionStatus {
  const channel = useChannel();
  return useSyncExternalStore(
    (changed) => channel.watchStatus(changed),
    () => channel.status,
  );
}

/** Nothing can be heard of the server, and that is no passing fault. */
export function useIsCutOff(): boolean {
  return useConnectionStatus() === "lost";
}
