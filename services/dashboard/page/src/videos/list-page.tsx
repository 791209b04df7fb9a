import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useDeleteVideo, useDeletions } from "../api/mutations";
import { reasonOf } from "../api/http";
import { useVideos } from "../api/queries";
import type { Video } from "../contract";
import { EmptyState } from "../ui/empty-state";
import { FilmIcon, UploadIcon } from "../ui/icons";
import type { OnSelect } from "../uploads/file-selection";
import { chooseFiles, UploadButtons } from "../uploads/upload-buttons";
import { cardAfter, isArrow, type Spot } from "./card-keys";
import { DeleteDialog } from "./delete-dialog";
import { ListToolbar } from "./list-toolbar";
import { FIRST_VIEW, type ListView, needsAll, totalText, videosOf } from "./list-view";
import { CardSkeletons, VideoCard } from "./video-card";

export function ListPage({ onSelect }: { onSelect: OnSelect }) {
  useEffect(() => {
    document.title = "Videos · Onwatch";
  }, []);
  return (
    <div className="list-page">
      <div className="page-head">
        <div>
          <h1>Videos</h1>
          <p className="muted">Vehicles are counted while a video is watched, or in the background on request.</p>
        </div>
        <UploadButtons onSelect={onSelect} />
      </div>
      <VideoList />
    </div>
  );
}

/** Kept while other pages are open. */
let lastView = FIRST_VIEW;

function VideoList() {
  const videos = useVideos();
  const deletions = useDeletions();
  const [view, setView] = useState(lastView);
  const change = (next: ListView): void => setView((lastView = next));
  useLoadAll(videos, needsAll(view));
  if (videos.isPending) return <CardSkeletons />;
  if (!videos.data) return <ListFailed error={videos.error} onRetry={() => void videos.refetch()} />;
  const loaded = videos.data.pages.flatMap((page) => page.items).filter((video) => !deletions.has(video.id));
  const shown = videosOf(loaded, view);
  if (!loaded.length && !videos.hasNextPage) return <NoVideos />;
  return (
    <>
      <ListToolbar view={view} onChange={change} total={totalText(shown.length, loaded.length, videos.hasNextPage)} />
      {videos.isRefetchError && (
        <p className="notice out-of-date" data-tone="bad" role="status" data-testid="out-of-date">
          The list may be out of date. {reasonOf(videos.error)}
        </p>
      )}
      {shown.length ? <Cards videos={shown} isOutOfDate={videos.isRefetchError} /> : <NothingFound onClear={() => change(FIRST_VIEW)} />}
      {videos.hasNextPage && !needsAll(view) && (
        <button
          type="button"
          className="button load-more"
          data-testid="load-more"
          disabled={videos.isFetchingNextPage}
          onClick={() => void videos.fetchNextPage()}
        >
          {videos.isFetchingNextPage ? "Loading…" : "Load more"}
        </button>
      )}
    </>
  );
}

/** A search has to know every video. */
function useLoadAll({ hasNextPage, isFetching, isError, fetchNextPage }: ReturnType<typeof useVideos>, isNeeded: boolean): void {
  useEffect(() => {
    if (isNeeded && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [isNeeded, hasNextPage, isFetching, isError, fetchNextPage]);
}

function Cards({ videos, isOutOfDate }: { videos: Video[]; isOutOfDate: boolean }) {
  const deletion = useDeleteVideo();
  const [deleting, setDeleting] = useState<Video | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const confirm = (video: Video): void => {
    setDeleting(null);
    deletion.mutate(video);
    // The focused button is removed with its card.
    list.current?.focus();
  };
  const press = (event: KeyboardEvent<HTMLUListElement>): void => {
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>(".card-link")];
    const at = links.indexOf(event.target as HTMLElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isArrow(event.key)) {
      links[cardAfter(links.map(spotOf), at, event.key)]?.focus();
      event.preventDefault();
    }
    if (event.key === "Delete") setDeleting(videos[at] ?? null);
  };
  return (
    <>
      <ul className="cards" ref={list} tabIndex={-1} aria-label="Videos" onKeyDown={press}>
        {videos.map((video) => (
          <li key={video.id}>
            <VideoCard video={video} isOutOfDate={isOutOfDate} onDelete={() => setDeleting(video)} />
          </li>
        ))}
      </ul>
      {deleting && (
        <DeleteDialog video={deleting} onCancel={() => setDeleting(null)} onConfirm={() => confirm(deleting)} />
      )}
    </>
  );
}

function spotOf(link: HTMLElement): Spot {
  const { left, top } = link.closest("li")!.getBoundingClientRect();
  return { left, top };
}

function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState title="No video is like that" text="No name has all these words, or none is in this state.">
      <button type="button" className="button" onClick={onClear} data-testid="clear-view">
        Show all videos
      </button>
    </EmptyState>
  );
}

function NoVideos() {
  return (
    <EmptyState
      title="No videos yet"
      text="Drop a traffic video, or a folder of recordings, on this page, or choose one. Then open it and press Start Stream."
    >
      <span className="empty-mark" aria-hidden="true">
        <FilmIcon />
      </span>
      <button type="button" className="button primary" onClick={chooseFiles} data-testid="first-upload">
        <UploadIcon />
        Upload videos
      </button>
    </EmptyState>
  );
}

function ListFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <EmptyState title="The videos could not be loaded" text={reasonOf(error)}>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </EmptyState>
  );
}
