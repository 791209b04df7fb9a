import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getJson, reasonOf, send } from "@dashboard/api/http";
import { useToast } from "@dashboard/ui/toasts";
import type { Comparison, Mark, Marks, Progress, Tally } from "./contract";
import { lastPressed, withMark, withoutMark } from "./marks";

const WORKING_EVERY_MS = 500;

const keys = {
  tally: ["tally"],
  marks: ["marks"],
  comparison: ["comparison"],
  change: ["change"],
} as const;

export const urls = {
  tally: "/api/tally",
  video: "/api/tally/video",
  marks: "/api/tally/marks",
  mark: (id: string) => `/api/tally/marks/${encodeURIComponent(id)}`,
  done: "/api/tally/done",
  comparison: "/api/tally/comparison",
  csv: "/api/tally/comparison.csv",
};

const atWork = ({ state }: Progress): boolean => state === "waiting" || state === "working";

/** The clip; polled while the server works on it in the background. */
export function useTally() {
  return useQuery({
    queryKey: keys.tally,
    queryFn: ({ signal }) => getJson<Tally>(urls.tally, signal),
    refetchInterval: ({ state: { data } }) =>
      data && (atWork(data.conversion) || atWork(data.analysis)) ? WORKING_EVERY_MS : false,
  });
}

/** The person's count. Fetched once: from then on only this page changes it. */
export function useMarks() {
  return useQuery({
    queryKey: keys.marks,
    queryFn: ({ signal }) => getJson<Marks>(urls.marks, signal),
    staleTime: Infinity,
  });
}

/** Never cached: marks may have changed since. */
export function useComparison() {
  return useQuery({
    queryKey: keys.comparison,
    queryFn: ({ signal }) => getJson<Comparison>(urls.comparison, signal),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** The cached result of `useComparison`; undefined while the person counts. */
export function useKnownComparison(isDone: boolean): Comparison | undefined {
  const { data } = useQuery<Comparison>({ queryKey: keys.comparison, queryFn: skipToken, gcTime: 0 });
  return isDone ? data : undefined;
}

interface Change {
  method: "PUT" | "DELETE";
  url: string;
  body?: unknown;
  /** The expected result, shown at once. */
  foreseen: (marks: Marks) => Marks;
}

export interface MarkChanges {
  add(mark: Mark): void;
  remove(id: string): void;
  /** Remove the newest of these marks that still exists. */
  undo(pressed: readonly string[]): void;
  startAgain(): void;
  finish(untilS: number): void;
  goOn(): void;
}

/** Changes are shown at once and sent one after the other; what the server refuses is reverted. */
export function useMarkChanges(): MarkChanges {
  const client = useQueryClient();
  const toast = useToast();
  const { mutate } = useMutation({
    mutationKey: keys.change,
    scope: { id: "marks" },
    mutationFn: ({ method, url, body }: Change) => send<Marks>(method, url, body),
    onError: (error) => toast({ tone: "bad", text: `Not saved. ${reasonOf(error)}` }),
    onSettled: (kept) => {
      const others = client.isMutating({ mutationKey: keys.change }) > 1;
      if (others) return; // the response to the last one is complete
      if (kept) client.setQueryData(keys.marks, kept);
      else void client.invalidateQueries({ queryKey: keys.marks });
    },
  });
  // Updated at once, not after React's next render: the next key may undo this one.
  const change = (wanted: Change): void => {
    client.setQueryData<Marks>(keys.marks, (now) => now && wanted.foreseen(now));
    mutate(wanted);
  };
  const remove = (id: string): void => change({ method: "DELETE", url: urls.mark(id), foreseen: (now) => withoutMark(now, id) });
  return {
    add: (mark) =>
      change({
        method: "PUT",
        url: urls.mark(mark.id),
        body: { vehicle_type: mark.vehicle_type, at_s: mark.at_s },
        foreseen: (now) => withMark(now, mark),
      }),
    remove,
    undo: (pressed) => {
      const now = client.getQueryData<Marks>(keys.marks);
      const last = now && now.until_s === null && lastPressed(now.marks, pressed);
      if (last) remove(last.id);
    },
    startAgain: () => change({ method: "DELETE", url: urls.marks, foreseen: () => ({ marks: [], until_s: null }) }),
    finish: (untilS) =>
      change({
        method: "PUT",
        url: urls.done,
        body: { until_s: untilS },
        // The server computes the comparison, so it has to be updated first.
        foreseen: (now) => now,
      }),
    goOn: () => change({ method: "DELETE", url: urls.done, foreseen: (now) => ({ ...now, until_s: null }) }),
  };
}
