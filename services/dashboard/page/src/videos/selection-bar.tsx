import { useState } from "react";
import { useRequestAnalyses } from "../api/video-changes";
import type { Video } from "../contract";
import { mayDelete, mayMove } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { FolderIcon, PlayIcon, TrashIcon } from "../ui/icons";

interface Props {
  videos: readonly Video[];
  onDelete: () => void;
  onMove: () => void;
  onClear: () => void;
}

/** What can be done with the selected videos. */
export function SelectionBar({ videos, onDelete, onMove, onClear }: Props) {
  const requestAnalyses = useRequestAnalyses();
  const [isRequesting, setRequesting] = useState(false);
  const analyse = async (): Promise<void> => {
    setRequesting(true);
    await requestAnalyses(videos);
    setRequesting(false);
    onClear();
  };
  return (
    <div className="selection-bar" role="region" aria-label={texts.videos.selection} data-testid="selection">
      <p role="status">{texts.videos.selected(videos.length)}</p>
      <button
        type="button"
        className="button small"
        disabled={isRequesting}
        onClick={() => void analyse()}
        data-testid="analyse-selected"
      >
        <PlayIcon />
        {texts.videos.analyse}
      </button>
      {useRight(mayMove) && (
        <button type="button" className="button small" onClick={onMove} data-testid="move-selected">
          <FolderIcon />
          {texts.folders.move}
        </button>
      )}
      {useRight(mayDelete) && (
        <button type="button" className="button small danger" onClick={onDelete} data-testid="delete-selected">
          <TrashIcon />
          {texts.videos.delete}
        </button>
      )}
      <button type="button" className="button small" onClick={onClear} data-testid="clear-selection">
        {texts.videos.clearSelection}
      </button>
    </div>
  );
}
