import { type ChangeEvent, type InputHTMLAttributes, useRef } from "react";
import { DownloadButton } from "../downloads/download-button";
import { texts } from "../texts";
import { FolderIcon, UploadIcon } from "../ui/icons";
import { chosenFolder } from "./dropped-files";
import type { OnSelect } from "./file-selection";

/** What browsers do not take for videos by their names, the raw streams of recorders among it. */
const ACCEPTED =
  "video/*,.mkv,.avi,.ts,.mts,.m2ts,.flv,.wmv,.asf,.vob,.mxf,.dv,.wtv,.ivf,.dav," +
  ".h264,.264,.h265,.265,.hevc,.mjpeg,.mjpg,.m2v,.m4v,.obu";

/** React has no type for the attribute. */
const FOLDERS = { webkitdirectory: "" } as InputHTMLAttributes<HTMLInputElement>;
const CAN_CHOOSE_FOLDERS = "webkitdirectory" in HTMLInputElement.prototype;

const FILES_ID = "upload-files";

/** Opens the choice of files of the page's upload buttons. */
export function chooseFiles(): void {
  document.getElementById(FILES_ID)?.click();
}

export function UploadButtons({ onSelect }: { onSelect: OnSelect }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const chosen = (event: ChangeEvent<HTMLInputElement>, isFolder: boolean): void => {
    const list = event.target.files;
    if (list?.length) onSelect(isFolder ? chosenFolder(list) : { files: [...list], skipped: [], folder: null });
    event.target.value = ""; // Allows the same file to be chosen again.
  };
  return (
    <div className="upload-buttons">
      <DownloadButton />
      {CAN_CHOOSE_FOLDERS && (
        <button type="button" className="button" onClick={() => folder.current?.click()} data-testid="choose-folder-button">
          <FolderIcon />
          {texts.uploads.chooseFolder}
        </button>
      )}
      <button type="button" className="button primary" onClick={() => files.current?.click()} data-testid="upload-button">
        <UploadIcon />
        {texts.uploads.uploadVideos}
      </button>
      <input
        ref={files}
        id={FILES_ID}
        type="file"
        accept={ACCEPTED}
        multiple
        hidden
        aria-label={texts.uploads.videosToUpload}
        data-testid="upload-input"
        onChange={(event) => chosen(event, false)}
      />
      <input
        ref={folder}
        type="file"
        {...FOLDERS}
        hidden
        aria-label={texts.uploads.folderToUpload}
        data-testid="folder-input"
        onChange={(event) => chosen(event, true)}
      />
    </div>
  );
}
