import { reasonOf } from "@dashboard/api/http";
import { DemoBanner } from "@dashboard/detail/demo-banner";
import { count, span, timecode } from "@dashboard/ui/format";
import { DownloadIcon } from "@dashboard/ui/icons";
import { urls, useComparison } from "./api";
import type { Comparison, Tally } from "./contract";
import { CountsTable } from "./counts-table";
import { DifferencesList } from "./differences-list";
import { differencesOf } from "./differences";
import { IntervalsTable } from "./intervals-table";
import { gehVerdict, mapeVerdict, type Verdict } from "./verdicts";

interface Props {
  tally: Tally;
  onJump: (atS: number) => void;
}

export function Results({ tally, onJump }: Props) {
  const { state, reason } = tally.analysis;
  if (state === "done") return <Compared tally={tally} onJump={onJump} />;
  return (
    <section className="panel results" aria-label="Comparison" data-testid="results-waiting">
      <h2>Comparison</h2>
      {state === "failed" ? (
        <p className="notice" data-tone="bad" role="alert">
          There is nothing to compare with: {reason} Your marks are kept.
        </p>
      ) : (
        <p className="muted">Onwatch is still counting. The comparison appears here when it has the whole clip.</p>
      )}
    </section>
  );
}

function Compared({ tally, onJump }: Props) {
  const { data, error } = useComparison();
  if (error) {
    return (
      <p className="notice results" data-tone="bad" role="alert">
        {reasonOf(error)}
      </p>
    );
  }
  if (!data) return <div className="panel results skeleton block" aria-busy="true" />;
  return (
    <section className="results" aria-label="Comparison" data-testid="results">
      <DemoBanner model={data.detector_model} />
      {data.changed_after_seen && (
        <p className="notice" data-tone="warn" data-testid="changed-after-seen">
          Marks were changed after Onwatch's count had been seen: yours is no longer independent of it.
        </p>
      )}
      <Figures comparison={data} />
      <DifferencesList
        differences={differencesOf(data.matching)}
        paired={data.matching.pairs.length}
        toleranceS={data.tolerance_s}
        delayS={data.median_delay_s}
        onJump={onJump}
      />
      <CountsTable comparison={data} />
      <IntervalsTable comparison={data} onJump={onJump} />
      <Exports tally={tally} />
    </section>
  );
}

function Figures({ comparison }: { comparison: Comparison }) {
  const { total, mape_percent: mape, until_s: untilS } = comparison;
  return (
    <div className="panel result-figures">
      <Total name="You" value={total.person} testId="compared-person" />
      <Total name="Onwatch" value={total.system} testId="compared-system" />
      <Total name="Both" value={comparison.matching.pairs.length} testId="compared-both" />
      <Measure
        name="MAPE"
        value={mape === null ? "–" : `${mape.toFixed(1)} %`}
        verdict={mape === null ? undefined : mapeVerdict(mape)}
        testId="mape"
      >
        {mapeText(comparison)}
      </Measure>
      <Measure name="GEH" value={total.geh.toFixed(1)} verdict={gehVerdict(total.geh)} testId="geh">
        {gehText(comparison)}
      </Measure>
      <p className="muted small-text figures-foot">
        Over the first {timecode(untilS)}: {Math.round(comparison.person_per_hour)} vehicles an hour by you,{" "}
        {Math.round(comparison.system_per_hour)} by Onwatch
        {comparison.detector_model && `, model ${comparison.detector_model}`}. One that only you saw and one that only Onwatch saw
        cancel out in MAPE and GEH: the differences below do not.
      </p>
    </div>
  );
}

function Total({ name, value, testId }: { name: string; value: number; testId: string }) {
  return (
    <div className="figure" data-big>
      <p className="figure-label">{name}</p>
      <p className="figure-value" data-testid={testId}>
        {value}
      </p>
    </div>
  );
}

function mapeText({ interval_s: intervalS, intervals_without_vehicles: empty }: Comparison): string {
  const left = empty ? ` ${count(empty, "interval")} without a vehicle of yours left out.` : "";
  const each = intervalS === 60 ? "minute" : span(intervalS);
  return `Mean absolute error per ${each}, in per cent of your count. Up to 10 % is very good, up to 20 % good, above 50 % of no use.${left}`;
}

function gehText({ is_extrapolated: isExtrapolated, until_s: untilS }: Comparison): string {
  const usual = "Difference of the two hourly flows, lenient where they are small. Below 5 is good, above 10 does not fit.";
  if (!isExtrapolated) return usual;
  return `${usual} Scaled up to an hour from ${span(untilS)}, in which one vehicle weighs a lot: count for 15 minutes to rely on it.`;
}

interface MeasureProps {
  name: string;
  value: string;
  verdict: Verdict | undefined;
  testId: string;
  children: string;
}

function Measure({ name, value, verdict, testId, children }: MeasureProps) {
  return (
    <div className="figure measure" data-verdict={verdict}>
      <p className="figure-label">{name}</p>
      <p className="figure-value" data-testid={testId}>
        {value}
      </p>
      <p className="muted small-text">{children}</p>
    </div>
  );
}

function Exports({ tally: { file, saved_as: savedAs } }: { tally: Tally }) {
  return (
    <div className="exports">
      <a className="button small" href={urls.csv} download={`${file}.tally.csv`} data-testid="export-csv">
        <DownloadIcon />
        CSV
      </a>
      <a className="button small" href={urls.comparison} download={`${file}.tally.json`} data-testid="export-json">
        <DownloadIcon />
        JSON
      </a>
      <p className="muted small-text">
        Your marks are kept in <code>{savedAs}</code>.
      </p>
    </div>
  );
}
