import { createContext, useContext, useSyncExternalStore } from "react";
import type { Downloads, ShownDownload } from "./downloads";

const DownloadsContext = createContext<Downloads | null>(null);
export const DownloadsProvider = DownloadsContext;

/** The videos that are fetched from addresses. */
export function useDownloads(): Downloads {
  const downloads = useContext(DownloadsContext);
  if (!downloads) throw new Error("useDownloads outside of a DownloadsProvider");
  return downloads;
}

export function useShownDownloads(): readonly ShownDownload[] {
  const { watch, snapshot } = useDownloads();
  return useSyncExternalStore(watch, snapshot);
}
