import { type FormEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import { texts } from "../texts";

interface Props {
  title: string;
  text?: string;
  testId: string;
  submitLabel: string;
  isPending: boolean;
  /** Why it was refused. */
  problem: string | null;
  onSubmit: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** A modal dialog with fields, which stays open until what is sent is taken. */
export function FormDialog({ title, text, testId, submitLabel, isPending, problem, onSubmit, onCancel, children }: Props) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isPending) onSubmit();
  };
  return (
    <ModalDialog title={title} text={text} testId={testId} onCancel={onCancel}>
      <form className="form" onSubmit={submit} noValidate>
        {children}
        <p className="form-problem" role="alert" data-testid="form-problem">
          {problem}
        </p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onCancel} data-testid="cancel-form">
            {texts.ui.cancel}
          </button>
          <button type="submit" className="button primary" aria-busy={isPending} data-testid="submit-form">
            {submitLabel}
          </button>
        </div>
      </form>
    </ModalDialog>
  );
}

interface ModalProps {
  title: string;
  text?: string | undefined;
  testId: string;
  onCancel: () => void;
  children: ReactNode;
}

/** Its first field has the focus; Escape closes it, and the focus goes back to where it was. */
export function ModalDialog({ title, text, testId, onCancel, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // A layout effect: it is closed before it is removed, so that the browser restores the focus.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={`${testId}-title`} onCancel={onCancel} data-testid={testId}>
      <h2 id={`${testId}-title`}>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </dialog>
  );
}
