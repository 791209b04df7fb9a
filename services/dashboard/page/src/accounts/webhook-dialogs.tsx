import { useState } from "react";
import { reasonOf } from "../api/http";
import type { AddedWebhook, Webhook, WebhookEvent } from "../contract";
import { texts } from "../texts";
import { CopyField } from "../ui/copy-field";
import { FormDialog, ModalDialog } from "../ui/form-dialog";
import { ChoiceInput, TextInput } from "../ui/form-fields";
import { Switch } from "../ui/switch";
import { useAddWebhook, useNewSecret } from "./webhook-queries";

const EVENTS: readonly WebhookEvent[] = ["video.persisted", "run.failed", "alert.raised", "alert.cleared"];
const MAX_URL_CHARS = 2000;
const MAX_DESCRIPTION_CHARS = 200;
/** Hours for which the old secret signs, too. */
const OVERLAPS = ["24", "168", "0"] as const;
type Overlap = (typeof OVERLAPS)[number];

export function AddWebhookDialog({ onClose }: { onClose: () => void }) {
  const adding = useAddWebhook();
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState("");
  const [events, setEvents] = useState<readonly WebhookEvent[]>(EVENTS);
  if (adding.data) return <WebhookSecret added={adding.data} onClose={onClose} />;
  const set = (event: WebhookEvent, isWanted: boolean): void =>
    setEvents(EVENTS.filter((each) => (each === event ? isWanted : events.includes(each))));
  return (
    <FormDialog
      title={texts.accounts.addWebhook}
      testId="add-webhook-dialog"
      submitLabel={texts.accounts.add}
      isPending={adding.isPending}
      problem={adding.error && reasonOf(adding.error)}
      onSubmit={() => adding.mutate({ url, description, events: [...events] })}
      onCancel={onClose}
    >
      <TextInput
        label={texts.accounts.webhookUrl}
        hint={texts.accounts.webhookUrlHint}
        value={url}
        onChange={setUrl}
        autoComplete="off"
        testId="new-webhook-url"
        maxLength={MAX_URL_CHARS}
      />
      <TextInput
        label={texts.accounts.webhookDescription}
        value={description}
        onChange={setDescription}
        autoComplete="off"
        testId="new-webhook-description"
        maxLength={MAX_DESCRIPTION_CHARS}
      />
      {EVENTS.map((event) => (
        <Switch
          key={event}
          label={texts.accounts.events[event]}
          checked={events.includes(event)}
          onChange={(isWanted) => set(event, isWanted)}
          testId={`event-${event}`}
        />
      ))}
    </FormDialog>
  );
}

export function NewSecretDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const rotating = useNewSecret(webhook.id);
  const [overlap, setOverlap] = useState<Overlap>("24");
  if (rotating.data) return <WebhookSecret added={rotating.data} onClose={onClose} />;
  return (
    <FormDialog
      title={texts.accounts.newSecretTitle(webhook.url)}
      text={texts.accounts.newSecretText}
      testId="new-secret-dialog"
      submitLabel={texts.accounts.newSecret}
      isPending={rotating.isPending}
      problem={rotating.error && reasonOf(rotating.error)}
      onSubmit={() => rotating.mutate(Number(overlap))}
      onCancel={onClose}
    >
      <ChoiceInput
        label={texts.accounts.overlap}
        options={OVERLAPS.map((each) => [each, texts.accounts.overlaps[each]] as const)}
        value={overlap}
        onChange={setOverlap}
        testId="overlap"
      />
    </FormDialog>
  );
}

/** The only time that the secret is seen. */
function WebhookSecret({ added: { webhook, secret }, onClose }: { added: AddedWebhook; onClose: () => void }) {
  return (
    <ModalDialog
      title={texts.accounts.webhookTitle(webhook.url)}
      text={texts.accounts.tokenOnce}
      testId="webhook-secret-dialog"
      onCancel={onClose}
    >
      <div className="form">
        <CopyField label={texts.accounts.webhookSecret} value={secret} testId="webhook-secret" />
        <div className="dialog-actions">
          <button type="button" className="button primary" onClick={onClose} data-testid="close-webhook-secret">
            {texts.accounts.done}
          </button>
        </div>
      </div>
    </ModalDialog>
  );
}
