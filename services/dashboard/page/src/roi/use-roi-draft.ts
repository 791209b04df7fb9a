import { useState } from "react";
import { reasonOf } from "../api/http";
import { useSaveRoi } from "../api/mutations";
import type { Point, Video } from "../contract";
import { useToast } from "../ui/toasts";
import { polygonProblem } from "./polygon";

export interface RoiDraft {
  drawing: boolean;
  points: readonly Point[];
  /** Why these points cannot be saved; null when they can. */
  problem: string | null;
  saving: boolean;
  saveError: string | null;
  begin(): void;
  cancel(): void;
  save(): void;
  undo(): void;
  clear(): void;
  add(point: Point): void;
  move(index: number, point: Point): void;
  remove(index: number): void;
}

/** The region being drawn, if any. It belongs to one video, and is discarded when another one is opened. */
export function useRoiDraft(video: Video | undefined): RoiDraft {
  const [draft, setDraft] = useState<{ videoId: string; points: readonly Point[] } | null>(null);
  const saving = useSaveRoi(video?.id ?? "");
  const toast = useToast();
  const mine = draft && draft.videoId === video?.id ? draft : null;
  const points = mine?.points ?? [];
  const problem = polygonProblem(points);
  const change = (changed: (points: readonly Point[]) => readonly Point[]): void =>
    setDraft((now) => now && { ...now, points: changed(now.points) });

  const saved = (): void => {
    setDraft(null);
    toast({
      tone: "calm",
      text: points.length ? "Region saved. It applies from the next run." : "Region removed, from the next run.",
    });
  };
  return {
    drawing: mine !== null,
    points,
    problem,
    saving: saving.isPending,
    saveError: saving.error ? reasonOf(saving.error) : null,
    begin: () => {
      saving.reset();
      if (video) setDraft({ videoId: video.id, points: video.roi ?? [] });
    },
    cancel: () => setDraft(null),
    save: () => {
      if (!problem) saving.mutate(points.length ? [...points] : null, { onSuccess: saved });
    },
    undo: () => change((now) => now.slice(0, -1)),
    clear: () => change(() => []),
    add: (point) => change((now) => [...now, point]),
    move: (index, point) => change((now) => now.map((old, at) => (at === index ? point : old))),
    remove: (index) => change((now) => now.filter((_, at) => at !== index)),
  };
}
