import { useState } from "react";
import { reasonOf } from "../api/http";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type { AddedToken, Role, Token } from "../contract";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { CopyField } from "../ui/copy-field";
import { FormDialog, ModalDialog } from "../ui/form-dialog";
import { ChoiceInput, TextInput } from "../ui/form-fields";
import { date } from "../ui/format";
import { PlusIcon } from "../ui/icons";
import { useAddToken, useRemoval, useTokens } from "./queries";
import { RoleInput } from "./role-input";
import { RowAction, Section, videosText } from "./section";
import { ALL_VIDEOS, VideosChoice } from "./videos-choice";

const MAX_NAME_CHARS = 64;
const EXPIRY = ["30", "90", "365", "never"] as const;
type Expiry = (typeof EXPIRY)[number];

export function TokensSection() {
  const tokens = useTokens();
  const removal = useRemoval(keys.tokens, urls.token);
  const [isAdding, setAdding] = useState(false);
  const [revoked, setRevoked] = useState<Token | null>(null);
  return (
    <>
      <Section
        section="tokens"
        query={{ ...tokens, data: tokens.data?.items }}
        empty={{ title: texts.accounts.noTokens, text: texts.accounts.noTokensText }}
        action={
          <button type="button" className="button primary" onClick={() => setAdding(true)} data-testid="add-token">
            <PlusIcon />
            {texts.accounts.addToken}
          </button>
        }
      >
        {(items) => (
          <table className="stacked-table account-table" data-testid="tokens-table">
            <thead>
              <tr>
                <th scope="col">{texts.accounts.name}</th>
                <th scope="col">{texts.accounts.role}</th>
                <th scope="col">{texts.accounts.videos}</th>
                <th scope="col">{texts.accounts.actsFor}</th>
                <th scope="col">{texts.accounts.expires}</th>
                <th scope="col">{texts.accounts.lastUsed}</th>
                <th scope="col">{texts.accounts.actions}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((token) => (
                <TokenRow key={token.id} token={token} onRevoke={() => setRevoked(token)} />
              ))}
            </tbody>
          </table>
        )}
      </Section>
      {isAdding && <AddTokenDialog onClose={() => setAdding(false)} />}
      {revoked && (
        <ConfirmDialog
          title={texts.accounts.revokeTokenTitle(revoked.name)}
          text={texts.accounts.revokeTokenText}
          testId="revoke-token-dialog"
          cancelTestId="cancel-revoke-token"
          onCancel={() => setRevoked(null)}
          actions={[
            {
              label: texts.accounts.revoke,
              tone: "danger",
              testId: "confirm-revoke-token",
              onClick: () => {
                setRevoked(null);
                removal.mutate(revoked.id);
              },
            },
          ]}
        />
      )}
    </>
  );
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const { never } = texts.accounts;
  return (
    <tr data-testid="token-row">
      <th scope="row">{token.name}</th>
      <td data-label={texts.accounts.role}>{texts.session.roles[token.role]}</td>
      <td data-label={texts.accounts.videos}>{videosText(token)}</td>
      <td data-label={texts.accounts.actsFor}>{token.user_name}</td>
      <td data-label={texts.accounts.expires}>{token.expires_at ? date(token.expires_at) : never}</td>
      <td data-label={texts.accounts.lastUsed}>{token.last_used_at ? date(token.last_used_at) : never}</td>
      <td data-actions>
        <RowAction label={texts.accounts.revoke} of={token.name} onClick={onRevoke} testId="revoke-token" isDangerous />
      </td>
    </tr>
  );
}

function AddTokenDialog({ onClose }: { onClose: () => void }) {
  const adding = useAddToken();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [limit, setLimit] = useState(ALL_VIDEOS);
  const [expiry, setExpiry] = useState<Expiry>("90");
  if (adding.data) return <TokenSecret added={adding.data} onClose={onClose} />;
  const days = expiry === "never" ? null : Number(expiry);
  return (
    <FormDialog
      title={texts.accounts.addToken}
      testId="add-token-dialog"
      submitLabel={texts.accounts.add}
      isPending={adding.isPending}
      problem={adding.error && reasonOf(adding.error)}
      onSubmit={() => adding.mutate({ name, role, ...limit, expires_in_days: days })}
      onCancel={onClose}
    >
      <TextInput
        label={texts.accounts.tokenName}
        value={name}
        onChange={setName}
        autoComplete="off"
        testId="new-token-name"
        maxLength={MAX_NAME_CHARS}
      />
      <RoleInput value={role} onChange={setRole} testId="new-token-role" />
      <VideosChoice value={limit} onChange={setLimit} />
      <ChoiceInput
        label={texts.accounts.expires}
        options={EXPIRY.map((each) => [each, texts.accounts.expiry[each]] as const)}
        value={expiry}
        onChange={setExpiry}
        testId="new-token-expiry"
      />
    </FormDialog>
  );
}

/** The only time that the secret is seen. */
function TokenSecret({ added: { token, secret }, onClose }: { added: AddedToken; onClose: () => void }) {
  return (
    <ModalDialog
      title={texts.accounts.tokenTitle(token.name)}
      text={texts.accounts.tokenOnce}
      testId="token-secret-dialog"
      onCancel={onClose}
    >
      <div className="form">
        <CopyField label={texts.accounts.token} value={secret} testId="token-secret" />
        <div className="dialog-actions">
          <button type="button" className="button primary" onClick={onClose} data-testid="close-token-secret">
            {texts.accounts.done}
          </button>
        </div>
      </div>
    </ModalDialog>
  );
}
