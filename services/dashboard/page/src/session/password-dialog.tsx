import { useState } from "react";
import { useMutation } from "@tanstack/react-query";
import { send } from "../api/http";
import { urls } from "../api/urls";
import type { PasswordChange } from "../contract";
import { texts } from "../texts";
import { FormDialog } from "../ui/form-dialog";
import { useFormEnd } from "../ui/form-end";
import { PasswordInput } from "../ui/form-fields";
import { MIN_PASSWORD_CHARS, passwordProblem } from "./password";

/** Changes one's own password. */
export default function PasswordDialog({ onClose }: { onClose: () => void }) {
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const { problem, setProblem, end } = useFormEnd(onClose, () => texts.session.passwordChanged);
  const change = useMutation({
    mutationFn: () =>
      send("PUT", urls.password, {
        current_password: current || null,
        new_password: wanted,
      } satisfies PasswordChange),
    ...end,
  });
  const submit = (): void => {
    const short = passwordProblem(wanted);
    setProblem(short);
    if (!short) change.mutate();
  };
  return (
    <FormDialog
      title={texts.session.changePassword}
      testId="password-dialog"
      submitLabel={texts.session.changePassword}
      isPending={change.isPending}
      problem={problem}
      onSubmit={submit}
      onCancel={onClose}
    >
      <PasswordInput
        label={texts.session.currentPassword}
        hint={texts.session.currentPasswordHint}
        value={current}
        onChange={setCurrent}
        autoComplete="current-password"
        testId="current-password"
        isRequired={false}
      />
      <PasswordInput
        label={texts.session.newPassword}
        hint={texts.session.newPasswordHint(MIN_PASSWORD_CHARS)}
        value={wanted}
        onChange={setWanted}
        autoComplete="new-password"
        testId="new-password"
      />
    </FormDialog>
  );
}
