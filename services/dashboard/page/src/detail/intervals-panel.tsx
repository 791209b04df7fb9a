import { useState } from "react";
import { reasonOf } from "../api/http";
import { useCounts, useResults } from "../api/queries";
import { urls } from "../api/urls";
import type { CountsTable, Site, Video } from "../contract";
import { texts } from "../texts";
import { SelectField } from "../ui/select-field";
import { Switch } from "../ui/switch";
import { DownloadLinks } from "./download-links";
import {
  countable,
  type Counted,
  dimensionsOf,
  type IntervalChoice,
  INTERVALS,
  intervalName,
  observedNote,
  peakHourText,
  seriesNames,
  suggestedInterval,
} from "./intervals";
import type { ShownRun } from "./runs";

const ROWS_AT_FIRST = 24;

interface Props {
  id: string;
  video: Video | undefined;
  site: Site | undefined;
  run: ShownRun | null;
  /** Null until something is chosen. */
  choice: IntervalChoice | null;
  onChoose: (choice: IntervalChoice) => void;
}

/** Counts by interval of the newest finished run, as a table and as files. */
export function IntervalsPanel({ id, video, site, run, choice, onChoose }: Props) {
  const results = useResults(id, run).data;
  if (!video || !run || run.finished_at === null || !results?.counted_with) return null;
  const isOfRun = results.counted_with.run_id === run.run_id;
  return (
    <section className="panel intervals" aria-label={texts.numbers.intervals} data-testid="intervals">
      {isOfRun ? (
        <Intervals
          key={id}
          video={video}
          counted={countable(results.gates.length, site?.movements.length ?? 0)}
          countedAt={results.counted_with.counted_at}
          choice={choice}
          onChoose={onChoose}
        />
      ) : (
        <>
          <h2>{texts.numbers.intervals}</h2>
          <p className="muted table-empty">{texts.numbers.intervalsOfNewest}</p>
        </>
      )}
    </section>
  );
}

interface IntervalsProps {
  video: Video;
  counted: Counted[];
  countedAt: string;
  choice: IntervalChoice | null;
  onChoose: (choice: IntervalChoice) => void;
}

function Intervals({ video, counted, countedAt, choice, onChoose }: IntervalsProps) {
  const first = counted[0]!;
  const wanted = choice ?? { interval: suggestedInterval(video.duration_s), counted: first, byType: false };
  // What was deleted meanwhile cannot be counted.
  const asked = counted.includes(wanted.counted) ? wanted : { ...wanted, counted: first };
  const by = dimensionsOf(asked);
  const table = useCounts(video.id, asked.interval, by, countedAt);
  const file = (format: "csv" | "xlsx" | "json"): string => urls.counts(video.id, asked.interval, by, format, video.name);
  return (
    <>
      <div className="panel-head">
        <h2>{texts.numbers.intervals}</h2>
        <DownloadLinks
          name="counts"
          files={(["xlsx", "csv", "json"] as const).map((format) => [format.toUpperCase(), file(format)] as const)}
        />
      </div>
      <div className="interval-choice">
        <SelectField
          label={texts.numbers.intervalLength}
          options={INTERVALS.map((each) => [each, texts.numbers.every[each]] as const)}
          value={asked.interval}
          onChange={(interval) => onChoose({ ...asked, interval })}
          testId="interval"
        />
        {counted.length > 1 && (
          <SelectField
            label={texts.numbers.counted}
            options={counted.map((each) => [each, texts.numbers.countedAt[each]] as const)}
            value={asked.counted}
            onChange={(each) => onChoose({ ...asked, counted: each })}
            testId="counted"
          />
        )}
        <Switch
          label={texts.numbers.splitByType}
          checked={asked.byType}
          onChange={(byType) => onChoose({ ...asked, byType })}
          testId="by-type"
        />
      </div>
      {table.data && <CountsOf table={table.data} />}
      {table.error && !table.data && <p className="muted table-empty">{reasonOf(table.error)}</p>}
      {table.isPending && <div className="skeleton block" />}
    </>
  );
}

function CountsOf({ table }: { table: CountsTable }) {
  const [shown, setShown] = useState(ROWS_AT_FIRST);
  const names = seriesNames(table.series);
  const peak = peakHourText(table);
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={texts.numbers.tableOfCounts}>
        <table className="stacked-table" data-testid="counts-table">
          <thead>
            <tr>
              <th scope="col">{texts.numbers.interval}</th>
              {names.map((name) => (
                <th key={name} scope="col" data-number>
                  {name}
                </th>
              ))}
              <th scope="col" data-number>
                {texts.numbers.total}
              </th>
            </tr>
          </thead>
          <tbody>
            {table.rows.slice(0, shown).map((row) => (
              <tr key={row.from_s}>
                <th scope="row">
                  {intervalName(row)} {observedNote(row) && <span className="chip">{observedNote(row)}</span>}
                </th>
                {row.counts.map((number, at) => (
                  <td key={names[at]} data-number data-label={names[at]}>
                    {number ?? "–"}
                  </td>
                ))}
                <td data-number data-label={texts.numbers.total}>
                  {row.total ?? "–"}
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{texts.numbers.total}</th>
              {table.totals.map((number, at) => (
                <td key={names[at]} data-number data-label={names[at]}>
                  {number}
                </td>
              ))}
              <td data-number data-label={texts.numbers.total} data-testid="counts-total">
                {table.total}
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
      {table.rows.length > shown && (
        <button type="button" className="button small" onClick={() => setShown(table.rows.length)}>
          {texts.numbers.showAllIntervals(table.rows.length)}
        </button>
      )}
      {peak && <p className="muted small-text">{peak}</p>}
      {table.notes.map((note) => (
        <p key={note} className="muted small-text">
          {note}
        </p>
      ))}
    </>
  );
}
