import { useEffect, useState } from "react";
import { navigate, setGuard } from "../routing/router";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";

/** Asks before a page with unsaved zones is left, within the page or by closing it. */
export function LeaveGuard({ isNeeded, onDiscard }: { isNeeded: boolean; onDiscard: () => void }) {
  const [wanted, setWanted] = useState<string | null>(null);
  useEffect(() => {
    if (!isNeeded) return;
    const unload = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", unload);
    setGuard(setWanted);
    return () => {
      removeEventListener("beforeunload", unload);
      setGuard(null);
    };
  }, [isNeeded]);
  if (wanted === null) return null;
  const leave = (): void => {
    setGuard(null);
    onDiscard();
    navigate(wanted);
  };
  return (
    <ConfirmDialog
      title={texts.site.leave.title}
      text={texts.site.leave.text}
      testId="leave-dialog"
      cancelTestId="stay"
      cancelLabel={texts.site.leave.stay}
      onCancel={() => setWanted(null)}
      actions={[{ label: texts.site.leave.discard, tone: "danger", testId: "discard", onClick: leave }]}
    />
  );
}
