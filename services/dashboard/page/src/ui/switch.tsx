interface Props {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  testId: string;
}

export function Switch({ label, checked, onChange, testId }: Props) {
  return (
    <button
      type="button"
      className="switch"
      role="switch"
      aria-checked={checked}
      data-testid={testId}
      onClick={() => onChange(!checked)}
    >
      <span className="switch-track" aria-hidden="true" />
      {label}
    </button>
  );
}
