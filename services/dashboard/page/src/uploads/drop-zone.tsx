import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { UploadIcon } from "../ui/icons";
import { droppedFiles } from "./dropped-files";
import type { OnSelect } from "./file-selection";

/** Takes files and folders that are dropped anywhere on its children. */
export function DropZone({ onSelect, children }: { onSelect: OnSelect; children: ReactNode }) {
  const [over, setOver] = useState(false);
  // Every child that the pointer crosses fires its own enter and leave events: only their balance is meaningful.
  const depth = useRef(0);
  const move = (event: DragEvent, change: number): void => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    depth.current = Math.max(0, depth.current + change);
    setOver(depth.current > 0);
  };
  const drop = (event: DragEvent): void => {
    move(event, -depth.current);
    onSelect(droppedFiles(event.dataTransfer));
  };
  return (
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
          <p>
            <UploadIcon /> Drop to upload
          </p>
        </div>
      )}
    </div>
  );
}
