import { useState } from "react";
import { reasonOf } from "../api/http";
import type { AlertKind, AlertRule, Replay, Site } from "../contract";
import { leadIn, momentAddress } from "../player/moment";
import { paths } from "../routing/router";
import { texts } from "../texts";
import { timecode } from "../ui/format";
import { FormDialog } from "../ui/form-dialog";
import { useFormEnd } from "../ui/form-end";
import { ChoiceInput, TextInput } from "../ui/form-fields";
import { NumberField } from "../ui/number-field";
import { Switch } from "../ui/switch";
import { typeName, VEHICLE_TYPES } from "../ui/vehicle-types";
import { useReplay, useSaveRule } from "./queries";
import { editedCondition, formOf, KINDS, NEW_RULE, placesFor, type RuleForm, withKind } from "./rule-form";

const MOST_VEHICLES = 10_000;
const DAY_S = 86_400;
const SHORTEST_S = 0.1;
const SHOWN = 50;

interface Props {
  id: string;
  site: Site | undefined;
  /** Null: a new one. */
  rule: AlertRule | null;
  onClose: () => void;
}

/** A rule, and what it would have raised before it is saved. */
export function RuleDialog({ id, site, rule, onClose }: Props) {
  const [form, setForm] = useState<RuleForm>(() => (rule ? formOf(rule.name, rule.condition) : NEW_RULE));
  const save = useSaveRule(id);
  const replay = useReplay(id);
  const { problem, setProblem, end } = useFormEnd(onClose, () => texts.alerts.saved(form.name.trim()));
  const condition = editedCondition(form, rule?.condition ?? null);
  const change = (changes: Partial<RuleForm>): void => {
    setForm({ ...form, ...changes });
    replay.reset();
  };
  const submit = (): void => {
    const name = form.name.trim();
    if (!name) return setProblem(texts.alerts.nameMissing);
    save.mutate({ ruleId: rule?.rule_id ?? null, body: { name, condition } }, end);
  };
  return (
    <FormDialog
      title={rule ? texts.alerts.editTitle : texts.alerts.newRule}
      testId="rule-dialog"
      submitLabel={texts.alerts.save}
      isPending={save.isPending}
      problem={problem}
      onSubmit={submit}
      onCancel={onClose}
    >
      <TextInput
        label={texts.alerts.name}
        value={form.name}
        onChange={(name) => setForm({ ...form, name })}
        autoComplete="off"
        testId="rule-name"
        maxLength={100}
        autoFocus
      />
      <ChoiceInput<AlertKind>
        label={texts.alerts.kind}
        options={KINDS.filter((kind) => placesFor(kind, site).length > 0).map((kind) => [kind, texts.alerts.kinds[kind]])}
        value={form.kind}
        onChange={(kind) => {
          setForm(withKind(form, kind, site));
          replay.reset();
        }}
        testId="rule-kind"
      />
      <ChoiceInput
        label={texts.alerts.place}
        options={placesFor(form.kind, site).map(([place, name]) => [place, name ?? texts.alerts.wholePicture])}
        value={form.place}
        onChange={(place) => change({ place })}
        testId="rule-place"
      />
      <Numbers form={form} site={site} onChange={change} />
      <Types form={form} onChange={change} />
      <NumberField
        label={texts.alerts.clearAfter}
        value={form.clearAfterS}
        min={0}
        max={3600}
        onChange={(clearAfterS) => change({ clearAfterS })}
        testId="rule-clear-after"
      />
      <div className="rule-replay">
        <button
          type="button"
          className="button"
          aria-busy={replay.isPending}
          disabled={replay.isPending}
          onClick={() => replay.mutate(condition)}
          data-testid="try-rule"
        >
          {texts.alerts.tryIt}
        </button>
        <div role="status" data-testid="replay">
          {replay.isPending && texts.alerts.trying}
          {replay.error && <span className="form-problem">{reasonOf(replay.error)}</span>}
          {replay.data && <Replayed id={id} replay={replay.data} />}
        </div>
      </div>
    </FormDialog>
  );
}

interface PartProps {
  form: RuleForm;
  onChange: (changes: Partial<RuleForm>) => void;
}

function Numbers({ form, site, onChange }: PartProps & { site: Site | undefined }) {
  const { kind } = form;
  const gate = site?.gates.find(({ gate_id }) => form.place === `gate/${gate_id}`);
  const directions: [RuleForm["direction"], string][] = gate
    ? [
        ["forward", gate.forward_name],
        ["backward", gate.backward_name],
      ]
    : [];
  return (
    <>
      {gate && (
        <ChoiceInput
          label={kind === "wrong_direction" ? texts.alerts.wrongDirection : texts.alerts.direction}
          options={kind === "count" ? [["both", texts.alerts.bothDirections], ...directions] : directions}
          value={form.direction}
          onChange={(direction) => onChange({ direction })}
          testId="rule-direction"
        />
      )}
      {(kind === "count" || kind === "queue") && (
        <NumberField
          label={kind === "count" ? texts.alerts.moreThan : texts.alerts.atLeast}
          value={form.vehicles}
          min={kind === "count" ? 0 : 1}
          max={MOST_VEHICLES}
          onChange={(vehicles) => onChange({ vehicles: Math.round(vehicles) })}
          testId="rule-vehicles"
        />
      )}
      {kind !== "wrong_direction" && (
        <NumberField
          label={texts.alerts.durations[kind]}
          value={form.durationS}
          min={kind === "queue" ? 0 : SHORTEST_S}
          max={DAY_S}
          onChange={(durationS) => onChange({ durationS })}
          testId="rule-duration"
        />
      )}
      {(kind === "stay" || kind === "queue") && (
        <Switch
          label={texts.alerts.onlyStanding}
          checked={form.isStanding}
          onChange={(isStanding) => onChange({ isStanding })}
          testId="rule-standing"
        />
      )}
    </>
  );
}

function Types({ form, onChange }: PartProps) {
  const types = [...new Set<string>([...VEHICLE_TYPES, ...(form.vehicleTypes ?? [])])];
  const toggle = (type: string, counts: boolean): void => {
    const kept = (form.vehicleTypes ?? types).filter((other) => other !== type);
    const chosen = counts ? [...kept, type] : kept;
    if (chosen.length) onChange({ vehicleTypes: types.every((each) => chosen.includes(each)) ? null : chosen });
  };
  return (
    <fieldset className="type-choice" data-testid="rule-types">
      <legend>{texts.alerts.types}</legend>
      {types.map((type) => (
        <label key={type} className="type-chip">
          <input
            type="checkbox"
            checked={form.vehicleTypes === null || form.vehicleTypes.includes(type)}
            onChange={(event) => toggle(type, event.target.checked)}
            data-type={type}
          />
          <span>{typeName(type)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Opened beside the page, so that what is typed stays. */
function Replayed({ id, replay }: { id: string; replay: Replay }) {
  return (
    <>
      <p data-testid="replay-count">{texts.alerts.wouldHave(replay.alerts_count)}</p>
      <ul className="replay-list">
        {replay.items.slice(0, SHOWN).map(({ raised_at_s: atS }) => (
          <li key={atS}>
            <a href={momentAddress(paths.video(id), leadIn(atS))} target="_blank" rel="noreferrer">
              {timecode(atS)}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
