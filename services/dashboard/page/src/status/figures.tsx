import type { ReactNode } from "react";
import type { SystemStatus } from "../contract";
import { type Texts, texts } from "../texts";
import { number } from "../texts/locale";
import { bytes, duration } from "../ui/format";

/** What the system does: a fact that no process knows is unknown, and not zero. */
export function Figures({ status }: { status: SystemStatus }) {
  const words = texts.status;
  const { videos_demanded: demanded, analyses_wanted: analyses, viewers, viewers_with_a_video: watching } = status;
  return (
    <section className="status-figures" aria-label={words.facts} data-testid="status-figures">
      <Figure label={words.demanded} name="demanded" note={analyses && words.byAnalyses(analyses)}>
        {counted(demanded)}
      </Figure>
      <Figure label={words.runs} name="runs">
        {counted(status.runs_active)}
      </Figure>
      <Slots status={status} />
      <Figure label={words.viewers} name="viewers" note={viewers && watching !== null && words.withVideo(watching)}>
        {counted(viewers)}
      </Figure>
      <Figure label={words.disk} name="disk">
        {status.disk_free_bytes === null ? null : bytes(status.disk_free_bytes)}
      </Figure>
      <Figure label={words.outbox} name="outbox">
        {outboxText(status.outbox_blocked_s)}
      </Figure>
      <DeadLetters status={status} />
      <Failures failures={status.failures_since_start} />
    </section>
  );
}

interface Props {
  label: string;
  /** For tests. */
  name: string;
  note?: ReactNode;
  /** Null: not known. */
  children: ReactNode;
}

function Figure({ label, name, note, children }: Props) {
  return (
    <div className="figure" data-testid={`status-${name}`}>
      <p className="figure-label">{label}</p>
      <p className="figure-value" data-unknown={children === null || undefined}>
        {children ?? texts.status.unknown}
      </p>
      {note ? <div className="figure-scope">{note}</div> : null}
    </div>
  );
}

function Slots({ status: { slots, slots_free: free } }: { status: SystemStatus }) {
  if (slots === null || free === null) {
    return (
      <Figure label={texts.status.slots} name="slots">
        {null}
      </Figure>
    );
  }
  const used = slots - free;
  const text = texts.status.slotsUsed(used, slots);
  return (
    <Figure
      label={texts.status.slots}
      name="slots"
      note={
        <>
          <span
            className="slots-bar"
            role="meter"
            aria-label={texts.status.slots}
            aria-valuetext={text}
            aria-valuemin={0}
            aria-valuenow={used}
            aria-valuemax={slots}
          >
            <span style={{ width: slots ? `${(100 * used) / slots}%` : 0 }} />
          </span>
          {texts.status.slotsFree(free)}
        </>
      }
    >
      {text}
    </Figure>
  );
}

function DeadLetters({ status: { dead_letters: count, dead_letters_oldest_s: oldestS, ...status } }: { status: SystemStatus }) {
  const queues = Object.entries(status.dead_lettered_since_start ?? {});
  return (
    <Figure
      label={texts.status.deadLetters}
      name="dead-letters"
      note={
        <>
          {count ? <div>{oldestS ? texts.status.oldestWaits(duration(oldestS)) : texts.status.waiting}</div> : null}
          {queues.length > 0 && texts.status.sinceStart}
          {queues.length > 0 && <Counts of={queues} />}
        </>
      }
    >
      {counted(count ?? null)}
    </Figure>
  );
}

function Counts({ of }: { of: [name: string, count: number][] }) {
  return (
    <ul className="status-failures">
      {of.map(([name, count]) => (
        <li key={name}>
          {name}: <b>{number(count)}</b>
        </li>
      ))}
    </ul>
  );
}

function Failures({ failures }: { failures: Record<string, number> }) {
  const found = Object.entries(failures).filter(([, count]) => count > 0);
  const isKnown = Object.keys(failures).length > 0;
  return (
    <Figure
      label={texts.status.failures}
      name="failures"
      note={found.length > 0 && <Counts of={found.map(([kind, count]) => [kindText(kind), count])} />}
    >
      {isKnown ? (found.length ? number(found.reduce((sum, [, count]) => sum + count, 0)) : texts.status.noFailures) : null}
    </Figure>
  );
}

function kindText(kind: string): string {
  return texts.status.failureKinds[kind as keyof Texts["status"]["failureKinds"]] ?? kind;
}

function counted(value: number | null): string | null {
  return value === null ? null : number(value);
}

function outboxText(blockedS: number | null): string | null {
  if (blockedS === null) return null;
  return blockedS ? texts.status.outboxBlocked(duration(blockedS)) : texts.status.outboxFine;
}
