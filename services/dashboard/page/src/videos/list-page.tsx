import { useEffect, useRef, useState } from "react";
import { useDeleteVideo, useDeletions } from "../api/mutations";
import { reasonOf } from "../api/http";
import { useVideos } from "../api/queries";
import type { Video } from "../contract";
import { EmptyState } from "../ui/empty-state";
import { FilmIcon } from "../ui/icons";
import { DropZone } from "../uploads/drop-zone";
import { useFileSelection } from "../uploads/file-selection";
import { UploadButtons } from "../uploads/upload-buttons";
import { UploadPanel } from "../uploads/upload-panel";
import { DeleteDialog } from "./delete-dialog";
import { CardSkeletons, VideoCard } from "./video-card";

export function ListPage() {
  useEffect(() => {
    document.title = "Videos · Onwatch";
  }, []);
  const { select, dialog } = useFileSelection();
  return (
    <DropZone onSelect={select}>
      <div className="list-page">
        <div className="page-head">
          <div>
            <h1>Videos</h1>
            <p className="muted">Vehicles are counted while a video is watched, or in the background on request.</p>
          </div>
          <UploadButtons onSelect={select} />
        </div>
        <UploadPanel />
        <VideoList />
        {dialog}
      </div>
    </DropZone>
  );
}

function VideoList() {
  const videos = useVideos();
  const deletions = useDeletions();
  if (videos.isPending) return <CardSkeletons />;
  if (!videos.data) return <ListFailed error={videos.error} onRetry={() => void videos.refetch()} />;
  const shown = videos.data.pages.flatMap((page) => page.items).filter((video) => !deletions.has(video.id));
  return (
    <>
      {videos.isRefetchError && (
        <p className="notice" data-tone="bad" role="status">
          The list may be out of date. {reasonOf(videos.error)}
        </p>
      )}
      {shown.length ? <Cards videos={shown} /> : <NoVideos />}
      {videos.hasNextPage && (
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

function Cards({ videos }: { videos: Video[] }) {
  const deletion = useDeleteVideo();
  const [deleting, setDeleting] = useState<Video | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const confirm = (video: Video): void => {
    setDeleting(null);
    deletion.mutate(video);
    // The focused button is removed with its card.
    list.current?.focus();
  };
  return (
    <>
      <ul className="cards" ref={list} tabIndex={-1} aria-label="Videos">
        {videos.map((video) => (
          <li key={video.id}>
            <VideoCard video={video} onDelete={() => setDeleting(video)} />
          </li>
        ))}
      </ul>
      {deleting && (
        <DeleteDialog video={deleting} onCancel={() => setDeleting(null)} onConfirm={() => confirm(deleting)} />
      )}
    </>
  );
}

function NoVideos() {
  return (
    <EmptyState
      title="No videos yet"
      text="Drop a traffic video, or a folder of recordings, on this page, or press Upload videos. Then open it and press Start Stream."
    >
      <span className="empty-mark" aria-hidden="true">
        <FilmIcon />
      </span>
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
