import { Suspense, useState } from "react";
import { DownloadRows } from "../downloads/download-rows";
import { useShownDownloads } from "../downloads/downloads-context";
import { texts } from "../texts";
import { NextIcon } from "../ui/icons";
import { lazyPart } from "../ui/lazy-part";
import { totalText, UploadPanel } from "./upload-panel";
import { useUploads } from "./uploads-context";
import { useUnfinished } from "./use-unfinished";

const UnfinishedRows = lazyPart(() => import("./unfinished-rows"));

/** Uploads, those that can be gone on with, and downloads, in a corner of every page. One that failed is shown, even if the dock was folded before. */
export function UploadDock() {
  const { uploads, shown } = useUploads();
  const downloads = useShownDownloads();
  const { begun, unsent } = useUnfinished();
  const offered = begun.length + unsent.length;
  const failed = [...uploads, ...downloads].filter(({ status }) => status === "failed").length;
  const [foldedAt, setFoldedAt] = useState<number | null>(null);
  if (!shown.length && !downloads.length && !offered) return null;
  const isFolded = foldedAt !== null && failed <= foldedAt;
  const title = shown.length || offered ? texts.uploads.title : texts.downloads.title;
  const finished = downloads.filter(({ status }) => status === "finished").length;
  const totals = [
    ...(offered ? [texts.uploads.unfinishedCount(offered)] : []),
    ...(shown.length ? [totalText(uploads)] : []),
    ...(downloads.length ? [texts.downloads.finishedOf(finished, downloads.length)] : []),
  ];
  return (
    <section className="upload-dock" aria-label={title} data-testid="upload-dock">
      <button
        type="button"
        className="upload-dock-head"
        aria-expanded={!isFolded}
        onClick={() => setFoldedAt(isFolded ? null : failed)}
        data-testid="fold-uploads"
      >
        <span>{title}</span>
        <span className="upload-state">{totals.join(", ")}</span>
        <NextIcon />
      </button>
      <div hidden={isFolded}>
        {offered > 0 && (
          <Suspense>
            <UnfinishedRows begun={begun} unsent={unsent} />
          </Suspense>
        )}
        <UploadPanel />
        <DownloadRows />
      </div>
    </section>
  );
}
