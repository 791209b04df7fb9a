import { useState } from "react";
import { reasonOf, RequestFailed, type Versioned } from "../api/http";
import { useSaveSite } from "../api/mutations";
import type { Point, Site } from "../contract";
import { texts } from "../texts";
import { useToast } from "../ui/toasts";
import {
  type Draft,
  type DraftItem,
  type DraftProblem,
  draftOf,
  fileOf,
  isChanged,
  problemOf,
  SCALE_KEY,
  selectedOf,
  snapped,
  withChange,
  withCopy,
  withMoved,
  withMovedCorner,
  withNew,
  withNextPoint,
  withoutPoint,
  withoutScale,
  withoutSelected,
  withPoint,
  withPointAfter,
  withReversed,
  withScale,
} from "./draft";
import { withLength } from "./calibration";
import { type History, historyOf, record, redo, replaceNow, undo } from "./history";

export interface SiteDraft {
  videoId: string;
  draft: Draft;
  selected: DraftItem | undefined;
  problem: DraftProblem | null;
  isChanged: boolean;
  canUndo: boolean;
  canRedo: boolean;
  isSaving: boolean;
  saveError: string | null;
  save(): void;
  cancel(): void;
  undo(): void;
  redo(): void;
  select(key: string): void;
  addItem(kind: DraftItem["kind"]): void;
  deleteItem(): void;
  change(change: Partial<DraftItem>): void;
  reverse(): void;
  clear(): void;
  addPoint(point: Point): void;
  addNextPoint(): void;
  insertPoint(after: number, point: Point): void;
  movePoint(index: number, point: Point, isSameDrag: boolean): void;
  removePoint(index: number): void;
  /** Of the picture as it is shown, for the error of a scale. */
  aspectRatio: number;
  isScaleSelected: boolean;
  editScale(): void;
  removeScale(): void;
  moveCorner(index: number, point: Point, isSameDrag: boolean): void;
  setLength(which: 0 | 1, lengthM: number): void;
  copyFrom(site: Site): void;
}

export interface SiteEditing {
  /** Null while nothing is edited. */
  editor: SiteDraft | null;
  begin: (() => void) | undefined;
}

interface Editing {
  videoId: string;
  site: Site;
  /** Of the site; null once a person knows that saving replaces another change. */
  etag: string | null;
  history: History<Draft>;
}

/** Zones and gates being edited, if any. They belong to one video, and are discarded when another one is opened. */
export function useSiteDraft(videoId: string, site: Versioned<Site> | undefined): SiteEditing {
  const [editing, setEditing] = useState<Editing | null>(null);
  const saving = useSaveSite(videoId);
  const toast = useToast();
  const begin = site
    ? () => {
        saving.reset();
        setEditing({ videoId, site, etag: site.etag, history: historyOf(draftOf(site)) });
      }
    : undefined;
  if (!editing || editing.videoId !== videoId) return { editor: null, begin };

  const { history } = editing;
  const draft = history.now;
  const problem = problemOf(draft);
  const apply = (step: (history: History<Draft>) => History<Draft>): void =>
    setEditing((now) => now && { ...now, history: step(now.history) });
  const act = (change: (draft: Draft) => Draft): void => apply((now) => record(now, change(now.now)));
  const save = (): void => {
    if (problem) return;
    saving.mutate(
      { file: fileOf(draft), etag: editing.etag },
      {
        onSuccess: (saved) => {
          setEditing(null);
          toast({ tone: "calm", text: texts.site.saved(saved?.note ?? "") });
        },
        onError: (error) => {
          if (isOutdated(error)) setEditing((now) => now && { ...now, etag: null });
        },
      },
    );
  };
  const editor: SiteDraft = {
    videoId,
    draft,
    selected: selectedOf(draft),
    problem,
    isChanged: isChanged(draft, editing.site),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    isSaving: saving.isPending,
    saveError: saving.error ? saveErrorOf(saving.error) : null,
    save,
    cancel: () => setEditing(null),
    undo: () => apply(undo),
    redo: () => apply(redo),
    select: (key) => apply((now) => replaceNow(now, { ...now.now, selected: key })),
    addItem: (kind) => act((now) => withNew(now, kind)),
    deleteItem: () => act(withoutSelected),
    change: (change) => act((now) => withChange(now, change)),
    reverse: () => act(withReversed),
    clear: () => act((now) => withChange(now, { points: [] })),
    addPoint: (point) => act((now) => withPoint(now, snapped(now, point))),
    addNextPoint: () => act(withNextPoint),
    insertPoint: (after, point) => act((now) => withPointAfter(now, after, point)),
    movePoint: (index, point, isSameDrag) =>
      apply((now) => (isSameDrag ? replaceNow : record)(now, withMoved(now.now, index, snapped(now.now, point)))),
    removePoint: (index) => act((now) => withoutPoint(now, index)),
    aspectRatio: editing.site.aspect_ratio,
    isScaleSelected: draft.selected === SCALE_KEY && draft.calibration !== null,
    editScale: () => (draft.calibration ? apply((now) => replaceNow(now, withScale(now.now))) : act(withScale)),
    removeScale: () => act(withoutScale),
    moveCorner: (index, point, isSameDrag) =>
      apply((now) => (isSameDrag ? replaceNow : record)(now, withMovedCorner(now.now, index, point))),
    setLength: (which, lengthM) =>
      act((now) => ({ ...now, calibration: now.calibration && withLength(now.calibration, which, lengthM) })),
    copyFrom: (other) => act((now) => withCopy(now, other)),
  };
  return { editor, begin };
}

/** Whether somebody else has changed the site since it was read. */
function isOutdated(error: unknown): boolean {
  return error instanceof RequestFailed && error.status === 412;
}

function saveErrorOf(error: unknown): string {
  return isOutdated(error) ? texts.site.somebodyElse : reasonOf(error);
}
