import { count } from "@dashboard/ui/format";
import { ConfirmDialog } from "@dashboard/ui/confirm-dialog";

interface Props {
  marks: number;
  onCancel: () => void;
  onConfirm: () => void;
}

export function RestartDialog({ marks, onCancel, onConfirm }: Props) {
  return (
    <ConfirmDialog
      title="Start again?"
      text={`${count(marks, "mark")} will be taken off the page. They stay in a file beside the new count.`}
      testId="restart-dialog"
      cancelTestId="cancel-restart"
      onCancel={onCancel}
      actions={[{ label: "Start again", tone: "danger", testId: "confirm-restart", onClick: onConfirm }]}
    />
  );
}
