import { type ReactNode, type Ref, useId, useState } from "react";
import { texts } from "../texts";
import { EyeIcon } from "./icons";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  children: (ids: { id: string; hintId: string | undefined }) => ReactNode;
}

/** A label, what it labels, and what is to be known of it. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  return (
    <div className="form-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, hintId })}
      {hint && (
        <p id={hintId} className="form-hint">
          {hint}
        </p>
      )}
    </div>
  );
}

interface TextProps {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: string;
  testId: string;
  maxLength?: number;
  autoFocus?: boolean;
  isRequired?: boolean;
  /** The keyboard of a phone. */
  inputMode?: "text" | "url";
}

export function TextInput(props: TextProps) {
  const { label, hint, value, onChange, autoComplete, testId, maxLength, autoFocus, isRequired = true, inputMode } = props;
  return (
    <Field label={label} hint={hint}>
      {({ id, hintId }) => (
        <input
          id={id}
          name={autoComplete}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={maxLength}
          autoFocus={autoFocus}
          inputMode={inputMode}
          aria-describedby={hintId}
          required={isRequired}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          data-testid={testId}
        />
      )}
    </Field>
  );
}

interface PasswordProps extends Omit<TextProps, "maxLength" | "autoFocus" | "inputMode"> {
  inputRef?: Ref<HTMLInputElement>;
}

/** Hidden until a press of the eye shows it. */
export function PasswordInput({
  label,
  hint,
  value,
  onChange,
  autoComplete,
  testId,
  inputRef,
  isRequired = true,
}: PasswordProps) {
  const [isShown, setShown] = useState(false);
  const action = isShown ? texts.session.hidePassword : texts.session.showPassword;
  return (
    <Field label={label} hint={hint}>
      {({ id, hintId }) => (
        <span className="password-input">
          <input
            id={id}
            ref={inputRef}
            name={autoComplete}
            type={isShown ? "text" : "password"}
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            maxLength={1024}
            aria-describedby={hintId}
            required={isRequired}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            data-testid={testId}
          />
          <button
            type="button"
            className="icon-button"
            title={action}
            aria-label={action}
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
            data-testid={`show-${testId}`}
          >
            <EyeIcon />
          </button>
        </span>
      )}
    </Field>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  hint?: string;
  options: readonly (readonly [value: T, text: string])[];
  value: T;
  onChange: (value: T) => void;
  testId: string;
}

export function ChoiceInput<T extends string>({ label, hint, options, value, onChange, testId }: ChoiceProps<T>) {
  return (
    <Field label={label} hint={hint}>
      {({ id, hintId }) => (
        <select
          id={id}
          value={value}
          aria-describedby={hintId}
          onChange={(event) => onChange(event.target.value as T)}
          data-testid={testId}
        >
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
