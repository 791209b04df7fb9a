import { type ReactNode, useEffect, useRef } from "react";
import { texts } from "../texts";

interface Props {
  title: string;
  text: ReactNode;
  testId: string;
  /** The buttons beside Cancel; each closes the dialog. */
  actions: readonly { label: string; tone: "primary" | "danger" | "plain"; testId: string; onClick: () => void }[];
  cancelTestId: string;
  cancelLabel?: string;
  onCancel: () => void;
  /** Below the text. */
  children?: ReactNode;
  /** The first action can be undone, and has the focus. */
  isHarmless?: boolean;
}

/** A modal dialog. Escape cancels, and so does Enter unless it is harmless, since Cancel has the focus. */
export function ConfirmDialog(props: Props) {
  const { title, text, testId, actions, cancelTestId, cancelLabel = texts.ui.cancel, onCancel, children, isHarmless } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const focused = useRef<HTMLButtonElement>(null);
  const focusesAction = isHarmless && actions.length > 0;
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    focused.current?.focus();
    return () => shown?.close();
  }, []);
  // Closed while it is still mounted, so that the browser restores the focus.
  const closing = (then: () => void) => (): void => {
    dialog.current?.close();
    then();
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={`${testId}-title`} onCancel={closing(onCancel)} data-testid={testId}>
      <h2 id={`${testId}-title`}>{title}</h2>
      <p>{text}</p>
      {children}
      <div className="dialog-actions">
        <button
          type="button"
          className="button"
          ref={focusesAction ? undefined : focused}
          onClick={closing(onCancel)}
          data-testid={cancelTestId}
        >
          {cancelLabel}
        </button>
        {actions.map(({ label, tone, testId: actionTestId, onClick }, number) => (
          <button
            key={actionTestId}
            ref={focusesAction && number === 0 ? focused : undefined}
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
