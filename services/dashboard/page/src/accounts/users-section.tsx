import { type ReactNode, useState } from "react";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type { User } from "../contract";
import { useSession } from "../session/session-context";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { date } from "../ui/format";
import { PlusIcon } from "../ui/icons";
import { useChangeUser, useRemoval, useUsers } from "./queries";
import { RowAction, Section, videosText } from "./section";
import { AddUserDialog, EditUserDialog, SetPasswordDialog } from "./user-dialogs";

type Asked = { kind: "add" } | { kind: AskedOfUser; user: User };
type AskedOfUser = "edit" | "password" | "delete";

export function UsersSection() {
  const users = useUsers();
  const removal = useRemoval(keys.users, urls.user);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = (): void => setAsked(null);
  return (
    <>
      <Section
        section="accounts"
        query={{ ...users, data: users.data?.items }}
        empty={{ title: "", text: "" }}
        action={
          <button type="button" className="button primary" onClick={() => setAsked({ kind: "add" })} data-testid="add-account">
            <PlusIcon />
            {texts.accounts.addAccount}
          </button>
        }
      >
        {(items) => (
          <table className="stacked-table account-table" data-testid="accounts-table">
            <thead>
              <tr>
                <th scope="col">{texts.accounts.name}</th>
                <th scope="col">{texts.accounts.role}</th>
                <th scope="col">{texts.accounts.videos}</th>
                <th scope="col">{texts.accounts.lastUsed}</th>
                <th scope="col">{texts.accounts.state}</th>
                <th scope="col">{texts.accounts.actions}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((user) => (
                <UserRow key={user.id} user={user} onAsk={(kind) => setAsked({ kind, user })} />
              ))}
            </tbody>
          </table>
        )}
      </Section>
      {dialogOf(asked, close, (id) => removal.mutate(id))}
    </>
  );
}

function dialogOf(asked: Asked | null, onClose: () => void, onDelete: (id: string) => void): ReactNode {
  switch (asked?.kind) {
    case undefined:
      return null;
    case "add":
      return <AddUserDialog onClose={onClose} />;
    case "edit":
      return <EditUserDialog user={asked.user} onClose={onClose} />;
    case "password":
      return <SetPasswordDialog user={asked.user} onClose={onClose} />;
    case "delete":
      return (
        <ConfirmDialog
          title={texts.accounts.deleteAccountTitle(asked.user.name)}
          text={texts.accounts.deleteAccountText}
          testId="delete-account-dialog"
          cancelTestId="cancel-delete-account"
          onCancel={onClose}
          actions={[
            {
              label: texts.accounts.delete,
              tone: "danger",
              testId: "confirm-delete-account",
              onClick: () => {
                onClose();
                onDelete(asked.user.id);
              },
            },
          ]}
        />
      );
  }
}

/** Nobody is shut out by a slip: what would end one's own account is not offered. */
function UserRow({ user, onAsk }: { user: User; onAsk: (kind: AskedOfUser) => void }) {
  const change = useChangeUser();
  const isOneself = useSession().name === user.name;
  const setDisabled = (is_disabled: boolean): void => change.mutate({ id: user.id, patch: { is_disabled } });
  const shown = change.isPending ? { ...user, ...change.variables.patch } : user;
  return (
    <tr data-testid="account-row" data-name={user.name} data-disabled={user.is_disabled || undefined}>
      <th scope="row">
        {user.name} {isOneself && <span className="chip">{texts.accounts.you}</span>}
        {user.provider !== undefined && (
          <span className="form-hint" data-testid="account-provider">
            {texts.accounts.ofProvider(user.provider)}
          </span>
        )}
      </th>
      <td data-label={texts.accounts.role}>{texts.session.roles[user.role]}</td>
      <td data-label={texts.accounts.videos}>{videosText(user)}</td>
      <td data-label={texts.accounts.lastUsed}>{user.last_used_at ? date(user.last_used_at) : texts.accounts.never}</td>
      <td data-label={texts.accounts.state}>
        <span className="badge" data-tone={shown.is_disabled ? "bad" : "good"}>
          <span className="dot" aria-hidden="true" />
          {shown.is_disabled ? texts.accounts.disabled : texts.accounts.enabled}
        </span>
      </td>
      <td data-actions>
        <RowAction label={texts.accounts.edit} of={user.name} onClick={() => onAsk("edit")} testId="edit-account" />
        {user.provider === undefined && (
          <RowAction label={texts.accounts.setPassword} of={user.name} onClick={() => onAsk("password")} testId="set-password" />
        )}
        {!isOneself && (
          <>
            <RowAction
              label={shown.is_disabled ? texts.accounts.enable : texts.accounts.disable}
              of={user.name}
              onClick={() => setDisabled(!shown.is_disabled)}
              testId="disable-account"
            />
            <RowAction
              label={texts.accounts.delete}
              of={user.name}
              onClick={() => onAsk("delete")}
              testId="delete-account"
              isDangerous
            />
          </>
        )}
      </td>
    </tr>
  );
}
