import { useRef, useState } from "react";
import { texts } from "../texts";
import { Field } from "./form-fields";

/** A text to copy. Where the browser does not let the page copy, it is selected for the person to do it. */
export function CopyField({ label, value, testId }: { label: string; value: string; testId: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState<"copied" | "copyYourself" | null>(null);
  const copy = async (): Promise<void> => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(value);
      setSaid("copied");
    } catch {
      setSaid("copyYourself"); // Without HTTPS there is no clipboard.
    }
  };
  return (
    <Field label={label}>
      {({ id }) => (
        <>
          <span className="copy-field">
            <input
              id={id}
              ref={field}
              readOnly
              value={value}
              onFocus={(event) => event.currentTarget.select()}
              data-testid={testId}
            />
            <button type="button" className="button" onClick={() => void copy()} data-testid={`copy-${testId}`}>
              {said === "copied" ? texts.accounts.copied : texts.accounts.copy}
            </button>
          </span>
          <span className="form-hint" role="status">
            {said && texts.accounts[said]}
          </span>
        </>
      )}
    </Field>
  );
}
