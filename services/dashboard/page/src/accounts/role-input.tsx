import type { Role } from "../contract";
import { texts } from "../texts";
import { ChoiceInput } from "../ui/form-fields";

const ROLES: readonly Role[] = ["viewer", "operator", "administrator"];

interface Props {
  value: Role;
  onChange: (role: Role) => void;
  testId: string;
}

/** A role, and what it may do. */
export function RoleInput({ value, onChange, testId }: Props) {
  return (
    <ChoiceInput
      label={texts.accounts.role}
      hint={texts.session.roleMeanings[value]}
      options={ROLES.map((role) => [role, texts.session.roles[role]] as const)}
      value={value}
      onChange={onChange}
      testId={testId}
    />
  );
}
