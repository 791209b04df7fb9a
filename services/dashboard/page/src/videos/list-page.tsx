import { useEffect, useState } from "react";
import { useFolders } from "../api/folders";
import { reasonOf } from "../api/http";
import { useVideoCount } from "../api/video-list";
import { mayUpload } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { EmptyState } from "../ui/empty-state";
import { FilmIcon, UploadIcon } from "../ui/icons";
import type { OnSelect } from "../uploads/file-selection";
import { chooseFiles, UploadButtons } from "../uploads/upload-buttons";
import { ListToolbar } from "./list-toolbar";
import { folderAddress, isFiltered, type ListView, shownFolder, unfiltered, withFolderOf } from "./list-view";
import { currentView, keepView } from "./kept-view";
import { CardSkeletons } from "./video-card";
import { VideoList } from "./video-list";

export function ListPage({ onSelect }: { onSelect: OnSelect }) {
  useEffect(() => {
    document.title = `${texts.videos.title} · Onwatch`;
  }, []);
  return (
    <div className="list-page">
      <div className="page-head">
        <div>
          <h1>{texts.videos.title}</h1>
          <p className="muted">{texts.videos.intro}</p>
        </div>
        {useRight(mayUpload) && <UploadButtons onSelect={onSelect} />}
      </div>
      <FilteredList />
    </div>
  );
}

function FilteredList() {
  const [view, setView] = useState(() => keepView(withFolderOf(location.search, currentView())));
  const folders = useFolders();
  const change = (next: ListView): void => {
    if (next.folder !== view.folder) history.replaceState(null, "", folderAddress(next.folder));
    setView(keepView(next));
  };
  const shown = shownFolder(view);
  const isGone = shown !== null && folders !== undefined && !folders.some(({ id }) => id === shown);
  // Somebody has deleted it, or it may not be seen any more.
  useEffect(() => {
    if (isGone) change({ ...view, folder: "" });
  });
  const all = useVideoCount(unfiltered(view));
  const counted = useVideoCount(view);
  if (!all.data || !counted.data) {
    // Requested again after a failure, it is pending once more: what is known of the failure stays.
    const failed = [all, counted].find(({ errorUpdateCount, data }) => errorUpdateCount && !data);
    if (!failed) return <CardSkeletons />;
    const retry = (): void => [all, counted].forEach(({ refetch }) => void refetch());
    return <ListFailed error={failed.error ?? failed.failureReason} onRetry={retry} />;
  }
  if (all.data.count === 0 && !view.folder && folders?.length === 0) return <NoVideos />;
  const { count } = counted.data;
  const total = isFiltered(view) ? texts.videos.shownOf(count, texts.videos.total(all.data.count)) : texts.videos.total(count);
  return (
    <>
      <ListToolbar view={view} folders={folders ?? []} onChange={change} total={total} />
      {all.data.count === 0 ? (
        view.folder ? (
          <EmptyFolder onClear={() => change({ ...view, folder: "" })} />
        ) : (
          <NoVideos />
        )
      ) : count > 0 ? (
        <VideoList
          key={`${view.layout} ${view.folder}`}
          view={view}
          count={count}
          onChange={change}
          isOutOfDate={counted.isRefetchError}
        />
      ) : (
        <NothingFound onClear={() => change(unfiltered(view))} />
      )}
    </>
  );
}

function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState title={texts.videos.nothingFound} text={texts.videos.nothingFoundText}>
      <button type="button" className="button" onClick={onClear} data-testid="clear-view">
        {texts.videos.showAll}
      </button>
    </EmptyState>
  );
}

function EmptyFolder({ onClear }: { onClear: () => void }) {
  const isUploader = useRight(mayUpload);
  return (
    <EmptyState title={texts.folders.empty} text={isUploader ? texts.folders.emptyText : texts.videos.noneToSee}>
      <button type="button" className="button" onClick={onClear} data-testid="leave-folder">
        {texts.videos.showAll}
      </button>
    </EmptyState>
  );
}

function NoVideos() {
  const isUploader = useRight(mayUpload);
  return (
    <EmptyState title={texts.videos.none} text={isUploader ? texts.videos.noneText : texts.videos.noneToSee}>
      <span className="empty-mark" aria-hidden="true">
        <FilmIcon />
      </span>
      {isUploader && (
        <button type="button" className="button primary" onClick={chooseFiles} data-testid="first-upload">
          <UploadIcon />
          {texts.uploads.uploadVideos}
        </button>
      )}
    </EmptyState>
  );
}

export function ListFailed({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  return (
    <EmptyState title={texts.videos.notLoaded} text={reasonOf(error)}>
      <button type="button" className="button" onClick={onRetry}>
        {texts.ui.tryAgain}
      </button>
    </EmptyState>
  );
}
