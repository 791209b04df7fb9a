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

/** What there is to count; followed while the machine works on it. */
export function useTally() {
  return useQuery({
    queryKey: keys.tally,
    queryFn: ({ signal }) => getJson<Tally>(urls.tally, signal),
    refetchInterval: ({ state: { data } }) =>
      data && (atWork(data.conversion) || atWork(data.analysis)) ? WORKING_EVERY_MS : false,
  });
}

/** The person's count. Asked for once: from then on this page changes it. */
export function useMarks() {
  return useQuery({
    queryKey: keys.marks,
    queryFn: ({ signal }) => getJson<Marks>(urls.marks, signal),
    staleTime: Infinity,
  });
}

/** Never from memory: marks may have changed since. */
export function useComparison() {
  return useQuery({
    queryKey: keys.comparison,
    queryFn: ({ signal }) => getJson<Comparison>(urls.comparison, signal),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** What `useComparison` has found, without asking; nothing while the person counts. */
export function useKnownComparison(isDone: boolean): Comparison | undefined {
  const { data } = useQuery<Comparison>({ queryKey: keys.comparison, queryFn: skipToken, gcTime: 0 });
  return isDone ? data : undefined;
}

interface Change {
  method: "PUT" | "DELETE";
  url: string;
  body?: unknown;
  /** What it will come to; shown at once. */
  foreseen: (marks: Marks) => Marks;
}

export interface MarkChanges {
  add(mark: Mark): void;
  remove(id: string): void;
  /** Take back the newest of these presses that is still there. */
  undo(pressed: readonly string[]): void;
  startAgain(): void;
  finish(untilS: number): void;
  goOn(): void;
}

/** Shown at once, sent one after the other; what the server does not keep is not shown for long. */
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
      if (others) return; // the answer to the last one has it all
      if (kept) client.setQueryData(keys.marks, kept);
      else void client.invalidateQueries({ queryKey: keys.marks });
    },
  });
  // Foreseen at once, not when React has drawn: the next key may be an undo of this one.
  const change = (wanted: Change): void => {
    client.setQueryData<Marks>(keys.marks, (now) => now && wanted.foreseen(now));
    mutate(wanted);
  };
  const remove = (id: string): void =>
    change({ method: "DELETE", url: urls.mark(id), foreseen: (now) => withoutMark(now, id) });
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
        // The comparison is the server's: it has to know first.
        foreseen: (now) => now,
      }),
    goOn: () => change({ method: "DELETE", url: urls.done, foreseen: (now) => ({ ...now, until_s: null }) }),
  };
}
