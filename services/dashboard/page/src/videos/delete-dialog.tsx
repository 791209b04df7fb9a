import { useEffect, useRef } from "react";
import type { Video } from "../contract";

interface Props {
  video: Video;
  onCancel: () => void;
  onConfirm: () => void;
}

/** Asks once; Escape and Enter both keep the video, since Cancel has the focus. */
export function DeleteDialog({ video, onCancel, onConfirm }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    cancel.current?.focus();
    return () => shown?.close();
  }, []);
  // Closed while it is still on the page: the browser then gives the focus back to where it was.
  const closing = (then: () => void) => (): void => {
    dialog.current?.close();
    then();
  };
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby="delete-title"
      onCancel={closing(onCancel)}
      data-testid="delete-dialog"
    >
      <h2 id="delete-title">Delete “{video.name}”?</h2>
      <p>The video and all its results are removed for good. If somebody is watching it, their stream stops.</p>
      <div className="dialog-actions">
        <button type="button" className="button" ref={cancel} onClick={closing(onCancel)} data-testid="cancel-delete">
          Cancel
        </button>
        <button type="button" className="button danger" onClick={closing(onConfirm)} data-testid="confirm-delete">
          Delete
        </button>
      </div>
    </dialog>
  );
}
