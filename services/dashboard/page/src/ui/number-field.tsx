import { useId, useState } from "react";

interface Props {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
  testId: string;
}

/** A number that is typed; what is no number in the range is shown as wrong, and changes nothing. */
export function NumberField({ label, value, min, max, onChange, testId }: Props) {
  const id = useId();
  const [typed, setTyped] = useState<{ text: string; value: number } | null>(null);
  // A value that was changed elsewhere, like by Undo, replaces what was typed.
  const text = typed && (typed.value === value || !isValid(typed.value, min, max)) ? typed.text : String(value);
  const change = (next: string): void => {
    const number = next.trim() === "" ? NaN : Number(next.replace(",", "."));
    setTyped({ text: next, value: number });
    if (isValid(number, min, max)) onChange(number);
  };
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        inputMode="decimal"
        value={text}
        aria-invalid={typed?.text === text && !isValid(typed.value, min, max)}
        onChange={(event) => change(event.target.value)}
        onBlur={() => setTyped(null)}
        data-testid={testId}
      />
    </div>
  );
}

function isValid(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
