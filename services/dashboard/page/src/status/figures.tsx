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

function Failures({ failures }: { failures: Record<string, number> }) {
  const found = Object.entries(failures).filter(([, count]) => count > 0);
  const isKnown = Object.keys(failures).length > 0;
  return (
    <Figure
      label={texts.status.failures}
      name="failures"
      note={
        found.length > 0 && (
          <ul className="status-failures">
            {found.map(([kind, count]) => (
              <li key={kind}>
                {kindText(kind)}: <b>{number(count)}</b>
              </li>
            ))}
          </ul>
        )
      }
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
