import type { Video } from "../contract";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";

interface Props {
  videos: readonly Video[];
  onCancel: () => void;
  onConfirm: () => void;
}

export function DeleteDialog({ videos, onCancel, onConfirm }: Props) {
  const isOne = videos.length === 1;
  return (
    <ConfirmDialog
      title={isOne ? texts.videos.deleteTitle(videos[0]!.name) : texts.videos.deleteManyTitle(videos.length)}
      text={isOne ? texts.videos.deleteText : texts.videos.deleteManyText}
      testId="delete-dialog"
      cancelTestId="cancel-delete"
      onCancel={onCancel}
      actions={[{ label: texts.videos.delete, tone: "danger", testId: "confirm-delete", onClick: onConfirm }]}
    />
  );
}
