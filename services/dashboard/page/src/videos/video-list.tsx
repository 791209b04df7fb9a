import { type KeyboardEvent, type MouseEvent, Suspense, useEffect, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { reasonOf } from "../api/http";
import { useDeleteVideo, useDeletions } from "../api/mutations";
import { useWindows, videosBetween, WINDOW_SIZE } from "../api/video-list";
import type { Video } from "../contract";
import { mayAnalyse, mayDelete, mayEditVideo } from "../session/rights";
import { useSession } from "../session/session-context";
import { texts } from "../texts";
import { lazyPart } from "../ui/lazy-part";
import { useToast } from "../ui/toasts";
import { DeleteDialog } from "./delete-dialog";
import { ListFailed } from "./list-page";
import type { ListView } from "./list-view";
import { SelectionBar } from "./selection-bar";
import { TableHead } from "./table-head";
import { useVisibleRange } from "./use-visible-range";
import { type Item, VideoCard } from "./video-card";
import { VideoRow } from "./video-row";
import { heightOf, isStep, placeAfter, spotOf, windowsOf } from "./visible-rows";

const MoveDialog = lazyPart(() => import("../folders/move-dialog"));

interface Props {
  view: ListView;
  count: number;
  isOutOfDate: boolean;
  onChange: (view: ListView) => void;
}

/** The videos of a view. Only those on the screen, and a few rows beyond, are requested and drawn. */
export function VideoList({ view, count: counted, isOutOfDate, onChange }: Props) {
  const session = useSession();
  const list = useRef<HTMLUListElement>(null);
  const deletions = useDeletions();
  const count = Math.max(0, counted - deletions.size);
  const { grid, range } = useVisibleRange(list, view.layout, count);
  const [focused, setFocused] = useState<number | null>(null);
  const wanted = useRef<number | null>(null);
  const windows = useWindows(view, windowsOf({ ...range, last: range.last + deletions.size }, WINDOW_SIZE));
  const [renaming, setRenaming] = useState<string | null>(null);
  const deletion = useDeleting(list);
  const [moved, setMoved] = useState<readonly Video[] | null>(null);
  const selection = useSelection(view);
  const places = placesOf(windows.videos, deletions);

  // A key leads to a card that may have to be scrolled to and loaded first.
  useEffect(() => {
    if (wanted.current === null) return;
    const link = list.current?.querySelector<HTMLElement>(`[data-place="${wanted.current}"] .card-link`);
    if (!link) return;
    link.focus({ preventScroll: true });
    wanted.current = null;
  });
  const moveTo = (place: number): void => {
    wanted.current = place;
    const top = spotOf(grid, place).top + (list.current?.getBoundingClientRect().top ?? 0);
    const below = top + grid.itemHeight + SCROLL_MARGIN_PX - innerHeight;
    const above = top - headBottomPx() - SCROLL_MARGIN_PX;
    if (above < 0) scrollBy(0, above);
    else if (below > 0) scrollBy(0, below);
    setFocused(place);
  };
  const press = (event: KeyboardEvent<HTMLUListElement>): void => {
    const target = event.target as HTMLElement;
    const place = Number(target.closest("li")?.dataset.place);
    const video = places.get(place);
    if (!target.matches(".card-link") || event.ctrlKey || event.metaKey || event.altKey || !video) return;
    if (isStep(event.key)) moveTo(placeAfter(grid, count, place, event.key));
    else if (event.key === " " && mayAnalyse(session)) void selection.toggle(place, video, event.shiftKey);
    else if (event.key === "F2" && mayEditVideo(session)) setRenaming(video.id);
    else if (event.key === "Delete" && mayDelete(session)) deletion.ask(selection.videos.length ? selection.videos : [video]);
    else if (event.key === "Escape") selection.clear();
    else return;
    event.preventDefault();
  };

  if (windows.error && !windows.videos.size) return <ListFailed error={windows.error} onRetry={windows.retry} />;
  const drawn = Array.from({ length: Math.max(0, range.last - range.first + 1) }, (_, at) => range.first + at);
  // What has the focus stays, however far it is scrolled away.
  const isFar = focused !== null && focused < count && (focused < range.first || focused > range.last);
  const stale = isOutOfDate || windows.isOutOfDate;
  return (
    <>
      {stale && (
        <p className="notice out-of-date" data-tone="bad" role="status" data-testid="out-of-date">
          {texts.videos.outOfDate(reasonOf(windows.error))}
        </p>
      )}
      {selection.videos.length > 0 && (
        <SelectionBar
          videos={selection.videos}
          onDelete={() => deletion.ask(selection.videos)}
          onMove={() => setMoved(selection.videos)}
          onClear={selection.clear}
        />
      )}
      {view.layout === "table" && <TableHead view={view} onChange={onChange} />}
      <ul
        ref={list}
        className={view.layout === "table" ? "video-rows" : "cards"}
        style={{ height: heightOf(grid, count) }}
        tabIndex={-1}
        aria-label={texts.videos.title}
        aria-busy={windows.isPending}
        onKeyDown={press}
        onFocus={(event) => setFocused(Number(event.target.closest("li")?.dataset.place ?? -1))}
        onBlur={() => setFocused(null)}
      >
        {(isFar ? [...drawn, focused] : drawn).map((place) => {
          const { left, top } = spotOf(grid, place);
          const video = places.get(place);
          const item: Item | null = video
            ? {
                video,
                isOutOfDate: stale,
                isSelected: selection.has(video.id),
                isRenaming: renaming === video.id,
                onSelect: (event: MouseEvent) => void selection.toggle(place, video, event.shiftKey),
                onRename: (isOn: boolean) => setRenaming(isOn ? video.id : null),
                onDelete: () => deletion.ask([video]),
              }
            : null;
          return (
            <li
              key={video?.id ?? place}
              data-place={place}
              aria-setsize={count}
              aria-posinset={place + 1}
              style={{ width: grid.itemWidth, height: grid.itemHeight, transform: `translate(${left}px, ${top}px)` }}
            >
              {!item ? <Missing /> : view.layout === "table" ? <VideoRow {...item} /> : <VideoCard {...item} />}
            </li>
          );
        })}
      </ul>
      {deletion.dialog}
      {moved && (
        <Suspense>
          <MoveDialog
            videos={moved}
            onClose={() => setMoved(null)}
            onMoved={() => {
              setMoved(null);
              selection.clear();
              list.current?.focus(); // The focused button is removed with the bar.
            }}
          />
        </Suspense>
      )}
    </>
  );
}

const SCROLL_MARGIN_PX = 12;

/** What is scrolled to is not under the head of the page, which stays. */
function headBottomPx(): number {
  return document.getElementById("main")?.offsetTop ?? 0;
}

function Missing() {
  return (
    <div className="card missing" aria-hidden="true">
      <div className="thumb skeleton" />
    </div>
  );
}

/** The loaded videos by their places, without those that are being deleted: the ones behind them move up. */
function placesOf(loaded: ReadonlyMap<number, Video>, deletions: ReadonlySet<string>): Map<number, Video> {
  const places = new Map<number, Video>();
  let gone = 0;
  for (const [place, video] of [...loaded].sort(([one], [other]) => one - other)) {
    if (deletions.has(video.id)) gone += 1;
    else places.set(place - gone, video);
  }
  return places;
}

/** Asks before videos are deleted. */
function useDeleting(list: React.RefObject<HTMLElement | null>) {
  const deletion = useDeleteVideo();
  const [asked, setAsked] = useState<readonly Video[] | null>(null);
  const confirm = (videos: readonly Video[]): void => {
    setAsked(null);
    videos.forEach((video) => deletion.mutate(video));
    list.current?.focus(); // The focused button is removed with its card.
  };
  const dialog = asked && <DeleteDialog videos={asked} onCancel={() => setAsked(null)} onConfirm={() => confirm(asked)} />;
  return { ask: setAsked, dialog };
}

/** The selected videos; with Shift, everything from the one selected before. */
function useSelection(view: ListView) {
  const client = useQueryClient();
  const toast = useToast();
  const deletions = useDeletions();
  const [selected, setSelected] = useState<ReadonlyMap<string, Video>>(new Map());
  const lastPlace = useRef<number | null>(null);
  const toggle = async (place: number, video: Video, isRange: boolean): Promise<void> => {
    const from = lastPlace.current;
    lastPlace.current = place;
    if (!isRange || from === null) {
      return setSelected((known) => {
        const next = new Map(known);
        if (!next.delete(video.id)) next.set(video.id, video);
        return next;
      });
    }
    try {
      const between = await videosBetween(client, view, Math.min(from, place), Math.max(from, place));
      setSelected((known) => new Map([...known, ...between.map((each) => [each.id, each] as const)]));
    } catch (error) {
      toast({ tone: "bad", text: reasonOf(error) });
    }
  };
  const videos = [...selected.values()].filter((video) => !deletions.has(video.id));
  return { videos, has: (id: string) => selected.has(id), toggle, clear: () => setSelected(new Map()) };
}
