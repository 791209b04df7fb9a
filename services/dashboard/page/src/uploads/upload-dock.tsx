import { useState } from "react";
import { NextIcon } from "../ui/icons";
import { totalText, UploadPanel } from "./upload-panel";
import { useUploads } from "./uploads-context";

/** The uploads, in a corner of every page. One that failed is shown, even if the dock was folded before. */
export function UploadDock() {
  const { uploads, shown } = useUploads();
  const failed = uploads.filter(({ status }) => status === "failed").length;
  const [foldedAt, setFoldedAt] = useState<number | null>(null);
  if (!shown.length) return null;
  const isFolded = foldedAt !== null && failed <= foldedAt;
  return (
    <section className="upload-dock" aria-label="Uploads" data-testid="upload-dock">
      <button
        type="button"
        className="upload-dock-head"
        aria-expanded={!isFolded}
        onClick={() => setFoldedAt(isFolded ? null : failed)}
        data-testid="fold-uploads"
      >
        <span>Uploads</span>
        <span className="upload-state">{totalText(uploads)}</span>
        <NextIcon />
      </button>
      <div hidden={isFolded}>
        <UploadPanel />
      </div>
    </section>
  );
}
