import { useState } from "react";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { bytes, count } from "../ui/format";
import { Switch } from "../ui/switch";
import type { Selection } from "./recordings";

interface Props {
  shown: Selection<File> | "reading";
  onCancel: () => void;
  onUpload: (selection: Selection<File>, isJoined: boolean) => void;
}

const SKIPPED_NAMED = 3;

/** Shows what of a folder is uploaded, in which order, and whether it becomes one video. */
export function FolderDialog({ shown, onCancel, onUpload }: Props) {
  const [isJoined, setJoined] = useState(false);
  const common = { testId: "folder-dialog", cancelTestId: "cancel-folder", onCancel };
  if (shown === "reading") return <ConfirmDialog {...common} title="Reading the folder…" text="" actions={[]} />;
  const { files, skipped, folder } = shown;
  if (!files.length) {
    const text = skipped.length ? skippedText(skipped) : "The folder is empty.";
    const title = `No videos in “${folder}”`;
    return <ConfirmDialog {...common} title={title} text={text} actions={[]} cancelLabel="Close" />;
  }
  const total = bytes(files.reduce((sum, { size }) => sum + size, 0));
  const upload = {
    label: `Upload ${count(files.length, "video")}`,
    tone: "primary" as const,
    testId: "confirm-folder",
    onClick: () => onUpload(shown, isJoined),
  };
  return (
    <ConfirmDialog
      {...common}
      isHarmless
      title={`Upload “${folder}”`}
      text={files.length > 1 ? `${count(files.length, "video")}, ${total}, in this order:` : total}
      actions={[upload]}
    >
      <ol className="dialog-list" tabIndex={0} aria-label="Videos to upload">
        {files.map((file, number) => (
          <li key={number}>
            <span>{file.name}</span>
            <span className="muted">{bytes(file.size)}</span>
          </li>
        ))}
      </ol>
      {skipped.length > 0 && <p data-testid="folder-skipped">{skippedText(skipped)}</p>}
      {files.length > 1 && (
        <div className="dialog-choice">
          <Switch label="Join into one video" checked={isJoined} onChange={setJoined} testId="join-folder" />
          <p>
            Recordings that follow one another become one video, and a vehicle that passes from one to the next is
            counted once. After a gap, another video begins.
          </p>
        </div>
      )}
    </ConfirmDialog>
  );
}

/** "Left out, not called like videos: a.txt, b.txt, c.txt and 2 more." */
function skippedText(skipped: readonly string[]): string {
  const names = skipped.slice(0, SKIPPED_NAMED).map((path) => path.split("/").slice(1).join("/") || path);
  const more = skipped.length - names.length;
  return `Left out, not called like videos: ${names.join(", ")}${more ? ` and ${more} more` : ""}.`;
}
