import { useState } from "react";
import type { Alert, AlertRule, Site } from "../contract";
import { leadIn } from "../player/moment";
import { mayEditAlerts } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { timecode } from "../ui/format";
import { Switch } from "../ui/switch";
import { useToast } from "../ui/toasts";
import { reasonOf } from "../api/http";
import { useAcknowledge, useAlerts, useDeleteRule, useRules, useSaveRule } from "./queries";
import { RuleDialog } from "./rule-dialog";
import "../styles/alerts.css";

interface Props {
  id: string;
  site: Site | undefined;
  onMoment: (atS: number) => void;
}

/** What the rules of a video raised, and the rules. */
export default function AlertsPanel({ id, site, onMoment }: Props) {
  const mayEdit = useRight(mayEditAlerts);
  const alerts = useAlerts(id).data;
  const rules = useRules(id).data?.items ?? [];
  const [edited, setEdited] = useState<AlertRule | "new" | null>(null);
  const hasNothing = rules.length === 0 && !alerts?.items.length;
  if (hasNothing && !mayEdit) return null;
  return (
    <section className="panel alerts" aria-label={texts.alerts.title} data-testid="alerts">
      <div className="panel-head">
        <h2>
          {texts.alerts.title}{" "}
          {alerts !== undefined && alerts.open_count > 0 && (
            <span className="badge" data-tone="bad" data-testid="open-alerts">
              {texts.alerts.open(alerts.open_count)}
            </span>
          )}
        </h2>
        {mayEdit && (
          <button type="button" className="button" onClick={() => setEdited("new")} data-testid="new-rule">
            {texts.alerts.newRule}
          </button>
        )}
      </div>
      {hasNothing && <p className="muted small-text">{texts.alerts.none}</p>}
      <AlertList id={id} items={alerts?.items ?? []} mayEdit={mayEdit} onMoment={onMoment} />
      <RuleList id={id} rules={rules} mayEdit={mayEdit} onEdit={setEdited} />
      {edited !== null && (
        <RuleDialog id={id} site={site} rule={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      )}
    </section>
  );
}

interface ListProps {
  id: string;
  items: Alert[];
  mayEdit: boolean;
  onMoment: (atS: number) => void;
}

function AlertList({ id, items, mayEdit, onMoment }: ListProps) {
  const acknowledge = useAcknowledge(id);
  if (!items.length) return null;
  return (
    <ul className="alert-list" aria-label={texts.alerts.title} data-testid="alert-list">
      {items.map((alert) => (
        <li key={alert.alert_id} data-open={alert.clear_reason === null || undefined} data-testid="alert">
          <button
            type="button"
            className="button alert-moment"
            onClick={() => onMoment(leadIn(alert.raised_at_s))}
            aria-label={texts.alerts.showMoment(alert.rule_name, timecode(alert.raised_at_s))}
            data-testid="alert-moment"
          >
            {timecode(alert.raised_at_s)}
          </button>
          <span className="alert-text">
            <strong>{alert.rule_name}</strong>
            <span className="muted small-text">{describe(alert)}</span>
          </span>
          {alert.acknowledged_at !== null ? (
            <span className="muted small-text" data-testid="acknowledged">
              {texts.alerts.acknowledged(alert.acknowledged_by)}
            </span>
          ) : (
            mayEdit && (
              <button
                type="button"
                className="button"
                onClick={() => acknowledge.mutate(alert.alert_id)}
                aria-label={texts.alerts.acknowledgeOf(alert.rule_name, timecode(alert.raised_at_s))}
                data-testid="acknowledge"
              >
                {texts.alerts.acknowledge}
              </button>
            )
          )}
        </li>
      ))}
    </ul>
  );
}

function describe(alert: Alert): string {
  const until = alert.cleared_at_s;
  const state =
    alert.clear_reason === null || until === null
      ? texts.alerts.isOpen
      : `${texts.alerts.until(timecode(until))}${alert.clear_reason === "over" ? "" : `, ${texts.alerts.reasons[alert.clear_reason]}`}`;
  return [alert.place_name ?? texts.alerts.wholePicture, texts.alerts.value(alert.condition.kind, alert.peak_value), state].join(
    " · ",
  );
}

interface RulesProps {
  id: string;
  rules: AlertRule[];
  mayEdit: boolean;
  onEdit: (rule: AlertRule) => void;
}

function RuleList({ id, rules, mayEdit, onEdit }: RulesProps) {
  const save = useSaveRule(id);
  const removal = useDeleteRule(id);
  const toast = useToast();
  const [deleted, setDeleted] = useState<AlertRule | null>(null);
  if (!rules.length) return null;
  const enable = (rule: AlertRule, isEnabled: boolean): void =>
    save.mutate(
      { ruleId: rule.rule_id, body: { is_enabled: isEnabled } },
      { onError: (error) => toast({ tone: "bad", text: reasonOf(error) }) },
    );
  return (
    <>
      <h3>{texts.alerts.rules}</h3>
      <ul className="alert-list" data-testid="rule-list">
        {rules.map((rule) => (
          <li key={rule.rule_id} data-testid="rule">
            {mayEdit && (
              <Switch
                label={rule.name}
                checked={rule.is_enabled}
                onChange={(isEnabled) => enable(rule, isEnabled)}
                testId="rule-enabled"
              />
            )}
            <span className="alert-text">
              {!mayEdit && <strong>{rule.name}</strong>}
              <span className="muted small-text">{texts.alerts.kinds[rule.condition.kind]}</span>
              {rule.problem && <span className="form-problem">{rule.problem}</span>}
            </span>
            {mayEdit && (
              <>
                <button
                  type="button"
                  className="button"
                  onClick={() => onEdit(rule)}
                  aria-label={texts.alerts.editOf(rule.name)}
                  data-testid="edit-rule"
                >
                  {texts.alerts.edit}
                </button>
                <button
                  type="button"
                  className="button"
                  onClick={() => setDeleted(rule)}
                  aria-label={texts.alerts.deleteOf(rule.name)}
                  data-testid="delete-rule"
                >
                  {texts.alerts.delete}
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
      {deleted && (
        <ConfirmDialog
          title={texts.alerts.deleteTitle(deleted.name)}
          text={texts.alerts.deleteText}
          testId="delete-rule-dialog"
          cancelTestId="cancel-delete-rule"
          onCancel={() => setDeleted(null)}
          actions={[
            {
              label: texts.alerts.delete,
              tone: "danger",
              testId: "confirm-delete-rule",
              onClick: () => {
                setDeleted(null);
                removal.mutate(deleted.rule_id);
              },
            },
          ]}
        />
      )}
    </>
  );
}
