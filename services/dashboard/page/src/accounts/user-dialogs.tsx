import { useState } from "react";
import { reasonOf } from "../api/http";
import type { Role, User } from "../contract";
import { MIN_PASSWORD_CHARS, passwordProblem } from "../session/password";
import { texts } from "../texts";
import { FormDialog } from "../ui/form-dialog";
import { useFormEnd } from "../ui/form-end";
import { PasswordInput, TextInput } from "../ui/form-fields";
import { useAddUser, useChangeUser } from "./queries";
import { RoleInput } from "./role-input";
import { ALL_VIDEOS, type Limit, VideosChoice } from "./videos-choice";

const MAX_NAME_CHARS = 64;

export function AddUserDialog({ onClose }: { onClose: () => void }) {
  const adding = useAddUser();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [limit, setLimit] = useState(ALL_VIDEOS);
  const { problem, setProblem, end } = useFormEnd(onClose, () => texts.accounts.added(name.trim()));
  const submit = (): void => {
    const short = passwordProblem(password);
    setProblem(short);
    if (!short) adding.mutate({ name, password, role, ...limit }, end);
  };
  return (
    <FormDialog
      title={texts.accounts.addAccount}
      testId="add-account-dialog"
      submitLabel={texts.accounts.add}
      isPending={adding.isPending}
      problem={problem}
      onSubmit={submit}
      onCancel={onClose}
    >
      <TextInput
        label={texts.accounts.name}
        value={name}
        onChange={setName}
        autoComplete="off"
        testId="new-account-name"
        maxLength={MAX_NAME_CHARS}
      />
      <PasswordInput
        label={texts.accounts.initialPassword}
        hint={texts.accounts.initialPasswordHint(MIN_PASSWORD_CHARS)}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        testId="new-account-password"
      />
      <RoleInput value={role} onChange={setRole} testId="new-account-role" />
      <VideosChoice value={limit} onChange={setLimit} />
    </FormDialog>
  );
}

export function EditUserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const change = useChangeUser(true);
  const [role, setRole] = useState(user.role);
  const [limit, setLimit] = useState<Limit>({ video_ids: user.video_ids, folder_ids: user.folder_ids ?? [] });
  const submit = (): void => change.mutate({ id: user.id, patch: { role, ...limit } }, { onSuccess: onClose });
  return (
    <FormDialog
      title={texts.accounts.editOf(user.name)}
      testId="edit-account-dialog"
      submitLabel={texts.accounts.save}
      isPending={change.isPending}
      problem={change.error && reasonOf(change.error)}
      onSubmit={submit}
      onCancel={onClose}
    >
      <RoleInput value={role} onChange={setRole} testId="account-role" />
      {user.provider !== undefined && <p className="form-hint">{texts.accounts.roleOfProvider(user.provider)}</p>}
      <VideosChoice value={limit} onChange={setLimit} />
    </FormDialog>
  );
}

export function SetPasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const change = useChangeUser(true);
  const [password, setPassword] = useState("");
  const { problem, setProblem, end } = useFormEnd(onClose, () => texts.accounts.passwordSet(user.name));
  const submit = (): void => {
    const short = passwordProblem(password);
    setProblem(short);
    if (!short) change.mutate({ id: user.id, patch: { password } }, end);
  };
  return (
    <FormDialog
      title={texts.accounts.setPasswordOf(user.name)}
      text={texts.accounts.setPasswordText}
      testId="set-password-dialog"
      submitLabel={texts.accounts.set}
      isPending={change.isPending}
      problem={problem}
      onSubmit={submit}
      onCancel={onClose}
    >
      <PasswordInput
        label={texts.session.newPassword}
        hint={texts.session.tooShort(MIN_PASSWORD_CHARS)}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        testId="account-password"
      />
    </FormDialog>
  );
}
