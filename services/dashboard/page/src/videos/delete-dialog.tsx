import type { Video } from "../contract";
import { Question } from "../ui/question";

interface Props {
  video: Video;
  onCancel: () => void;
  onConfirm: () => void;
}

export function DeleteDialog({ video, onCancel, onConfirm }: Props) {
  return (
    <Question
      title={`Delete “${video.name}”?`}
      text="The video and all its results are removed for good. If somebody is watching it, their stream stops."
      testId="delete-dialog"
      cancelTestId="cancel-delete"
      onCancel={onCancel}
      answers={[{ label: "Delete", tone: "danger", testId: "confirm-delete", onClick: onConfirm }]}
    />
  );
}
