import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  title: string;
  text: ReactNode;
  testId: string;
  /** The answers beside Cancel; each closes the dialog. */
  answers: readonly { label: string; tone: "primary" | "danger" | "plain"; testId: string; onClick: () => void }[];
  cancelTestId: string;
  onCancel: () => void;
}

/** Asks once; Escape and Enter both change nothing, since Cancel has the focus. */
export function Question({ title, text, testId, answers, cancelTestId, onCancel }: Props) {
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
        {answers.map(({ label, tone, testId: answerTestId, onClick }) => (
          <button
            key={answerTestId}
            type="button"
            className={tone === "plain" ? "button" : `button ${tone}`}
            onClick={closing(onClick)}
            data-testid={answerTestId}
          >
            {label}
          </button>
        ))}
      </div>
    </dialog>
  );
}
