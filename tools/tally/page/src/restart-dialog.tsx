import { count } from "@dashboard/ui/format";
import { Question } from "@dashboard/ui/question";

interface Props {
  marks: number;
  onCancel: () => void;
  onConfirm: () => void;
}

export function RestartDialog({ marks, onCancel, onConfirm }: Props) {
  return (
    <Question
      title="Start again?"
      text={`${count(marks, "mark")} will be taken off the page. They stay in a file beside the new count.`}
      testId="restart-dialog"
      cancelTestId="cancel-restart"
      onCancel={onCancel}
      answers={[{ label: "Start again", tone: "danger", testId: "confirm-restart", onClick: onConfirm }]}
    />
  );
}
