import { timecode } from "@dashboard/ui/format";
import { ConfirmDialog } from "@dashboard/ui/confirm-dialog";

/** Unwatched rest of a clip that needs no confirmation. */
const END_S = 1;

interface Props {
  durationS: number;
  watchedS: number;
  onCancel: () => void;
  onDone: (untilS: number) => void;
}

/** Asks before a count ends early: the comparison then covers the watched part only. */
export function DoneDialog({ durationS, watchedS, onCancel, onDone }: Props) {
  const isPart = watchedS > 0 && watchedS < durationS - END_S;
  const whole = { label: isPart ? "The whole clip" : "Compare", testId: "compare-whole", onClick: () => onDone(durationS) };
  const part = { label: `Up to ${timecode(watchedS)}`, testId: "compare-part", onClick: () => onDone(watchedS) };
  return (
    <ConfirmDialog
      title="Are you done?"
      text={
        (isPart ? `You have watched ${timecode(watchedS)} of ${timecode(durationS)}. ` : "") +
        "You will see what Onwatch counted: from then on, your count is no longer independent of it."
      }
      testId="done-dialog"
      cancelTestId="cancel-done"
      onCancel={onCancel}
      actions={
        isPart
          ? [
              { ...whole, tone: "plain" },
              { ...part, tone: "primary" },
            ]
          : [{ ...whole, tone: "primary" }]
      }
    />
  );
}
