import { Suspense, useState } from "react";
import { texts } from "../texts";
import { LinkIcon } from "../ui/icons";
import { lazyPart } from "../ui/lazy-part";

// Not needed by most visits.
const DownloadDialog = lazyPart(() => import("./download-dialog"));

/** Asks for the address of a video. */
export function DownloadButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)} data-testid="from-address">
        <LinkIcon />
        {texts.downloads.button}
      </button>
      {isOpen && (
        <Suspense>
          <DownloadDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
