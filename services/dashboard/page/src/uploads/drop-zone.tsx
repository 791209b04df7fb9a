import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { useFolders } from "../api/folders";
import { uploadTarget } from "../folders/upload-target";
import { useSession } from "../session/session-context";
import { texts } from "../texts";
import { UploadIcon } from "../ui/icons";
import { droppedFiles } from "./dropped-files";
import type { OnSelect } from "./file-selection";

interface Props {
  onSelect: OnSelect;
  /** Who may not upload drops nothing here. */
  isOpen: boolean;
  children: ReactNode;
}

/** Takes files and folders that are dropped anywhere on its children. */
export function DropZone({ onSelect, isOpen, children }: Props) {
  const [over, setOver] = useState(false);
  // Every child that the pointer crosses fires its own enter and leave events: only their balance is meaningful.
  const depth = useRef(0);
  const move = (event: DragEvent, change: number): void => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault(); // The browser would leave the page for the file.
    if (!isOpen) return;
    depth.current = Math.max(0, depth.current + change);
    setOver(depth.current > 0);
  };
  const drop = (event: DragEvent): void => {
    move(event, -depth.current);
    if (isOpen) onSelect(droppedFiles(event.dataTransfer));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files are chosen by a button, too
    <div
      className="drop-zone"
      onDragEnter={(event) => move(event, 1)}
      onDragLeave={(event) => move(event, -1)}
      onDragOver={(event) => move(event, 0)}
      onDrop={drop}
    >
      {children}
      {over && (
        <div className="drop-veil" aria-hidden="true">
          <DropText />
        </div>
      )}
    </div>
  );
}

function DropText() {
  const into = uploadTarget(useSession());
  const folder = useFolders()?.find(({ id }) => id === into);
  return (
    <p>
      <UploadIcon /> {folder ? texts.folders.dropInto(folder.name) : texts.uploads.drop}
    </p>
  );
}
