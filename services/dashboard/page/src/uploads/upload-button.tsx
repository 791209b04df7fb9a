import { type ChangeEvent, useRef } from "react";
import { UploadIcon } from "../ui/icons";
import { useUploadQueue } from "./uploads-context";

/** What browsers do not take for videos by their names, the raw streams of recorders among it. */
const ACCEPTED =
  "video/*,.mkv,.avi,.ts,.mts,.m2ts,.flv,.wmv,.asf,.vob,.mxf,.dv,.wtv,.ivf,.dav," +
  ".h264,.264,.h265,.265,.hevc,.mjpeg,.mjpg,.m2v,.m4v,.obu";

export function UploadButton() {
  const queue = useUploadQueue();
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    queue.add(event.target.files ?? []);
    event.target.value = ""; // Allows the same file to be chosen again.
  };
  return (
    <>
      <button
        type="button"
        className="button primary"
        onClick={() => input.current?.click()}
        data-testid="upload-button"
      >
        <UploadIcon />
        Upload videos
      </button>
      <input
        ref={input}
        type="file"
        accept={ACCEPTED}
        multiple
        hidden
        aria-label="Videos to upload"
        data-testid="upload-input"
        onChange={choose}
      />
    </>
  );
}
