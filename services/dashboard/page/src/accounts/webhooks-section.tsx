import { useState } from "react";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type { Webhook } from "../contract";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { PlusIcon } from "../ui/icons";
import { DeliveriesDialog } from "./deliveries-dialog";
import { useRemoval } from "./queries";
import { RowAction, Section } from "./section";
import { AddWebhookDialog, NewSecretDialog } from "./webhook-dialogs";
import { useChangeWebhook, useSending, useWebhooks } from "./webhook-queries";

type Asked = { what: "deliveries" | "secret" | "disable" | "delete"; webhook: Webhook };

export function WebhooksSection() {
  const webhooks = useWebhooks();
  const [isAdding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const end = (): void => setAsked(null);
  return (
    <>
      <Section
        section="webhooks"
        query={{ ...webhooks, data: webhooks.data?.items }}
        empty={{ title: texts.accounts.noWebhooks, text: texts.accounts.noWebhooksText }}
        action={
          <button type="button" className="button primary" onClick={() => setAdding(true)} data-testid="add-webhook">
            <PlusIcon />
            {texts.accounts.addWebhook}
          </button>
        }
      >
        {(items) => (
          <table className="stacked-table account-table" data-testid="webhooks-table">
            <thead>
              <tr>
                <th scope="col">{texts.accounts.webhookUrl}</th>
                <th scope="col">{texts.accounts.webhookEvents}</th>
                <th scope="col">{texts.accounts.state}</th>
                <th scope="col">{texts.accounts.actions}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((webhook) => (
                <WebhookRow key={webhook.id} webhook={webhook} onAsk={(what) => setAsked({ what, webhook })} />
              ))}
            </tbody>
          </table>
        )}
      </Section>
      {isAdding && <AddWebhookDialog onClose={() => setAdding(false)} />}
      {asked?.what === "deliveries" && <DeliveriesDialog webhook={asked.webhook} onClose={end} />}
      {asked?.what === "secret" && <NewSecretDialog webhook={asked.webhook} onClose={end} />}
      {(asked?.what === "delete" || asked?.what === "disable") && (
        <EndDialog what={asked.what} webhook={asked.webhook} onClose={end} />
      )}
    </>
  );
}

function WebhookRow({ webhook, onAsk }: { webhook: Webhook; onAsk: (what: Asked["what"]) => void }) {
  const change = useChangeWebhook();
  const sending = useSending(webhook.id);
  const { id, url, description, is_enabled: isEnabled } = webhook;
  const test = (): void => sending.mutate(urls.webhookTest(id), { onSuccess: () => onAsk("deliveries") });
  return (
    <tr data-testid="webhook-row">
      <th scope="row" data-wide>
        <span className="webhook-url">{url}</span>
        {description && <span className="muted small-text"> {description}</span>}
      </th>
      <td data-label={texts.accounts.webhookEvents}>{webhook.events.map((event) => texts.accounts.events[event]).join(", ")}</td>
      <td data-label={texts.accounts.state}>{isEnabled ? texts.accounts.enabled : texts.accounts.disabled}</td>
      <td data-actions>
        {isEnabled && <RowAction label={texts.accounts.test} of={url} onClick={test} testId="test-webhook" />}
        <RowAction label={texts.accounts.deliveries} of={url} onClick={() => onAsk("deliveries")} testId="webhook-deliveries" />
        <RowAction label={texts.accounts.newSecret} of={url} onClick={() => onAsk("secret")} testId="new-secret" />
        <RowAction
          label={isEnabled ? texts.accounts.disable : texts.accounts.enable}
          of={url}
          onClick={() => (isEnabled ? onAsk("disable") : change.mutate({ id, patch: { is_enabled: true } }))}
          testId="toggle-webhook"
        />
        <RowAction label={texts.accounts.delete} of={url} onClick={() => onAsk("delete")} testId="delete-webhook" isDangerous />
      </td>
    </tr>
  );
}

/** Both lose deliveries that wait. */
function EndDialog({ what, webhook, onClose }: { what: "delete" | "disable"; webhook: Webhook; onClose: () => void }) {
  const removal = useRemoval(keys.webhooks, urls.webhook);
  const change = useChangeWebhook();
  const isDelete = what === "delete";
  return (
    <ConfirmDialog
      title={isDelete ? texts.accounts.deleteWebhookTitle(webhook.url) : texts.accounts.disableWebhookTitle(webhook.url)}
      text={isDelete ? texts.accounts.deleteWebhookText : texts.accounts.disableWebhookText}
      testId="end-webhook-dialog"
      cancelTestId="cancel-end-webhook"
      onCancel={onClose}
      actions={[
        {
          label: isDelete ? texts.accounts.delete : texts.accounts.disable,
          tone: "danger",
          testId: "confirm-end-webhook",
          onClick: () => {
            onClose();
            if (isDelete) removal.mutate(webhook.id);
            else change.mutate({ id: webhook.id, patch: { is_enabled: false } });
          },
        },
      ]}
    />
  );
}
