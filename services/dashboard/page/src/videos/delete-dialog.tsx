import type { Video } from "../contract";
import { ConfirmDialog } from "../ui/confirm-dialog";

interface Props {
  video: Video;
  onCancel: () => void;
  onConfirm: () => void;
}

export function DeleteDialog({ video, onCancel, onConfirm }: Props) {
  return (
    <ConfirmDialog
      title={`Delete “${video.name}”?`}
      text="The video and all its results are deleted permanently. Streams of it stop."
      testId="delete-dialog"
      cancelTestId="cancel-delete"
      onCancel={onCancel}
      actions={[{ label: "Delete", tone: "danger", testId: "confirm-delete", onClick: onConfirm }]}
    />
  );
}
