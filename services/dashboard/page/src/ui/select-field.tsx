interface Props<T extends string> {
  /** Read aloud only. */
  label: string;
  options: readonly (readonly [value: T, text: string])[];
  value: T;
  onChange: (value: T) => void;
  testId: string;
}

/** A choice of one of a few. */
export function SelectField<T extends string>({ label, options, value, onChange, testId }: Props<T>) {
  return (
    <label className="select-field">
      <span className="visually-hidden">{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value as T)} data-testid={testId}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
