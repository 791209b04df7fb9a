import { createContext, useContext, useSyncExternalStore } from "react";
import type { Session } from "../contract";
import type { Right } from "./rights";
import type { SessionKeeper, SessionState } from "./session-keeper";

const KeeperContext = createContext<SessionKeeper | null>(null);
export const SessionKeeperProvider = KeeperContext;

const SessionContext = createContext<Session | null>(null);
export const SessionProvider = SessionContext;

export function useSessionKeeper(): SessionKeeper {
  const keeper = useContext(KeeperContext);
  if (!keeper) throw new Error("useSessionKeeper outside of a SessionKeeperProvider");
  return keeper;
}

export function useSessionState(): SessionState {
  const keeper = useSessionKeeper();
  return useSyncExternalStore(keeper.watch, keeper.snapshot);
}

/** Who uses the page. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside of a SessionProvider");
  return session;
}

export function useRight(right: Right): boolean {
  return right(useSession());
}
