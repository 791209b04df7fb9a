import { reasonOf } from "../api/http";
import { urls } from "../api/urls";
import type { Delivery, Webhook } from "../contract";
import { texts } from "../texts";
import { ModalDialog } from "../ui/form-dialog";
import { date } from "../ui/format";
import { RowAction } from "./section";
import { useDeliveries, useSending } from "./webhook-queries";

/** What was sent to a webhook, newest first, and how it ended. */
export function DeliveriesDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const deliveries = useDeliveries(webhook.id);
  const items = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <ModalDialog
      title={texts.accounts.deliveriesTitle(webhook.url)}
      text={texts.accounts.deliveriesText}
      testId="deliveries-dialog"
      onCancel={onClose}
    >
      {deliveries.error && <p role="alert">{reasonOf(deliveries.error)}</p>}
      {deliveries.data && items.length === 0 && <p className="muted">{texts.accounts.noDeliveries}</p>}
      <ul className="delivery-list" tabIndex={0} aria-label={texts.accounts.deliveries} aria-busy={deliveries.isPending}>
        {items.map((delivery) => (
          <DeliveryRow key={delivery.id} webhook={webhook} delivery={delivery} />
        ))}
      </ul>
      <div className="dialog-actions">
        {deliveries.hasNextPage && (
          <button
            type="button"
            className="button"
            disabled={deliveries.isFetchingNextPage}
            onClick={() => void deliveries.fetchNextPage()}
            data-testid="older-deliveries"
          >
            {texts.accounts.loadMore}
          </button>
        )}
        <button type="button" className="button primary" onClick={onClose} data-testid="close-deliveries">
          {texts.accounts.done}
        </button>
      </div>
    </ModalDialog>
  );
}

function DeliveryRow({ webhook, delivery }: { webhook: Webhook; delivery: Delivery }) {
  const sending = useSending(webhook.id);
  const { id, event, at, status, attempts_count: attempts, problem, next_attempt_at: nextAt } = delivery;
  const name = `${texts.accounts.events[event]}, ${date(at)}`;
  return (
    <li data-testid="delivery" data-status={status}>
      <p className="delivery-name">{name}</p>
      <p className="small-text" data-tone={status === "failed" ? "bad" : undefined}>
        {texts.accounts.deliveryStates[status]}, {texts.accounts.attempts(attempts)}
        {problem && `: ${problem}`}
        {status === "waiting" && attempts > 0 && nextAt && ` (${texts.accounts.nextAttempt(date(nextAt))})`}
      </p>
      {webhook.is_enabled && (
        <RowAction
          label={texts.accounts.sendAgain}
          of={name}
          onClick={() => sending.mutate(urls.deliveryRetry(webhook.id, id))}
          testId="retry-delivery"
        />
      )}
    </li>
  );
}
