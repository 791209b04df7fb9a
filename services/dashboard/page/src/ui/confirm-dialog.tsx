import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  title: string;
  text: ReactNode;
  testId: string;
  /** The buttons beside Cancel; each closes the dialog. */
  actions: readonly { label: string; tone: "primary" | "danger" | "plain"; testId: string; onClick: () => void }[];
  cancelTestId: string;
  onCancel: () => void;
}

/** A modal dialog. Escape and Enter both cancel, since Cancel has the focus. */
export function ConfirmDialog({ title, text, testId, actions, cancelTestId, onCancel }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    cancel.current?.focus();
    return () => shown?.close();
  }, []);
  // Closed while it is still mounted, so that the browser restores the focus.
  const closing = (then: () => void) => (): void => {
    dialog.current?.close();
    then();
  };
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={`${testId}-title`}
      onCancel={closing(onCancel)}
      data-testid={testId}
    >
      <h2 id={`${testId}-title`}>{title}</h2>
      <p>{text}</p>
      <div className="dialog-actions">
        <button type="button" className="button" ref={cancel} onClick={closing(onCancel)} data-testid={cancelTestId}>
          Cancel
        </button>
        {actions.map(({ label, tone, testId: actionTestId, onClick }) => (
          <button
            key={actionTestId}
            type="button"
            className={tone === "plain" ? "button" : `button ${tone}`}
            onClick={closing(onClick)}
            data-testid={actionTestId}
          >
            {label}
          </button>
        ))}
      </div>
    </dialog>
  );
}
