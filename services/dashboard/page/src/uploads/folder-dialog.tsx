import { useState } from "react";
import { mayJoin } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { bytes } from "../ui/format";
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
  const canJoin = useRight(mayJoin);
  const common = { testId: "folder-dialog", cancelTestId: "cancel-folder", onCancel };
  if (shown === "reading") return <ConfirmDialog {...common} title={texts.uploads.readingFolder} text="" actions={[]} />;
  const { files, skipped, folder } = shown;
  if (!files.length) {
    const text = skipped.length ? skippedText(skipped) : texts.uploads.folderEmpty;
    const title = texts.uploads.noVideosIn(folder ?? "");
    return <ConfirmDialog {...common} title={title} text={text} actions={[]} cancelLabel={texts.uploads.close} />;
  }
  const total = bytes(files.reduce((sum, { size }) => sum + size, 0));
  const upload = {
    label: texts.uploads.uploadCount(files.length),
    tone: "primary" as const,
    testId: "confirm-folder",
    onClick: () => onUpload(shown, isJoined),
  };
  return (
    <ConfirmDialog
      {...common}
      isHarmless
      title={texts.uploads.uploadFolder(folder ?? "")}
      text={files.length > 1 ? texts.uploads.inThisOrder(files.length, total) : total}
      actions={[upload]}
    >
      <ol className="dialog-list" tabIndex={0} aria-label={texts.uploads.videosToUpload}>
        {files.map((file, number) => (
          <li key={number}>
            <span>{file.name}</span>
            <span className="muted">{bytes(file.size)}</span>
          </li>
        ))}
      </ol>
      {skipped.length > 0 && <p data-testid="folder-skipped">{skippedText(skipped)}</p>}
      {files.length > 1 && canJoin && (
        <div className="dialog-choice">
          <Switch label={texts.uploads.join} checked={isJoined} onChange={setJoined} testId="join-folder" />
          <p>{texts.uploads.joinText}</p>
        </div>
      )}
    </ConfirmDialog>
  );
}

/** "Left out, not called like videos: a.txt, b.txt, c.txt and 2 more." */
function skippedText(skipped: readonly string[]): string {
  const names = skipped.slice(0, SKIPPED_NAMED).map((path) => path.split("/").slice(1).join("/") || path);
  const more = skipped.length - names.length;
  return texts.uploads.leftOut(names.join(", "), more);
}
