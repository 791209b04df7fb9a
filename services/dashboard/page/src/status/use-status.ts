import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { getJson } from "../api/http";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type { SystemStatus } from "../contract";
import { browserTimers } from "../timers";

const ASK_EVERY_MS = 5_000;
/** Three answers are missing. */
const OLD_MS = 15_000;

/** Asked again and again while the tab is seen, and at once when it is seen again. */
export function useStatus() {
  const query = useQuery({
    queryKey: keys.status,
    queryFn: ({ signal }) => getJson<SystemStatus>(urls.status, signal),
    refetchInterval: ASK_EVERY_MS,
    staleTime: 0,
    retry: false,
  });
  return { ...query, isOld: useIsOld(query.dataUpdatedAt) };
}

function useIsOld(updatedAt: number): boolean {
  const [oldOne, setOldOne] = useState(0);
  useEffect(() => browserTimers.after(OLD_MS, () => setOldOne(updatedAt)), [updatedAt]);
  return updatedAt !== 0 && oldOne === updatedAt;
}
