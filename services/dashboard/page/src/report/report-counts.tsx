import { useCounts } from "../api/queries";
import type { CountsRow, CountsTable, Site, Video } from "../contract";
import {
  countable,
  dimensionsOf,
  type IntervalChoice,
  intervalName,
  observedNote,
  peakHourText,
  suggestedInterval,
} from "../detail/intervals";
import { ROI_KEY, zoneKey } from "../site/shapes";
import { texts } from "../texts";
import { Awaited } from "./awaited";
import { type SheetColumn, type SheetCounts, sheetCounts, sheetInterval } from "./sheet-counts";

/** Columns with which two tables have room beside one another. */
const MOST_BESIDE = 6;
/** A shorter table is not divided. */
const MIN_DIVIDED = 9;

interface Props {
  video: Video;
  site: Site;
  gates: number;
  countedAt: string;
  choice: IntervalChoice | null;
  mostLines: number;
}

/** Counts by interval: of the region by type, and of what the table on the page counts. */
export function ReportCounts({ video, site, gates, countedAt, choice, mostLines }: Props) {
  const possible = countable(gates, site.movements.length);
  const counted = choice && possible.includes(choice.counted) ? choice.counted : possible[0]!;
  const chosen = choice?.interval ?? suggestedInterval(video.duration_s);
  const interval = sheetInterval(chosen, video.duration_s);
  const byOf = (asked: Omit<IntervalChoice, "interval">): string => dimensionsOf({ ...asked, interval });
  const types = useCounts(video.id, interval, byOf({ counted: "zone", byType: true }), countedAt);
  const places = useCounts(video.id, interval, byOf({ counted, byType: false }), countedAt);
  if (!types.data || !places.data) return types.isLoading || places.isLoading ? <Awaited /> : null;
  const regionName = site.zones.find((zone) => zoneKey(zone) === ROI_KEY)?.name ?? "";
  const counts = sheetCounts(types.data, regionName, places.data);
  const { every, countedAt: placesOf } = texts.numbers;
  return (
    <section data-testid="report-counts">
      <h3>{texts.report.countsEvery(every[interval])}</h3>
      <Table counts={counts} places={placesOf[counted]} mostLines={mostLines} notes={notesOf(places.data)} />
      {chosen !== interval && <p className="report-note">{texts.report.longerIntervals(every[chosen])}</p>}
    </section>
  );
}

function notesOf(table: CountsTable): string {
  return [peakHourText(table), ...table.notes].filter(Boolean).join(" ");
}

interface TableProps {
  counts: SheetCounts;
  /** What is counted beside the region: "at gates". */
  places: string;
  mostLines: number;
  notes: string;
}

function Table({ counts, places, mostLines, notes }: TableProps) {
  const { rows } = counts;
  const isDivided = counts.region.length + counts.places.length <= MOST_BESIDE && rows.length >= MIN_DIVIDED;
  const shown = Math.min(rows.length, isDivided ? 2 * mostLines : mostLines);
  const half = isDivided ? Math.ceil(shown / 2) : 0;
  return (
    <>
      <div className="report-tables">
        {isDivided && <Rows counts={counts} places={places} from={0} to={half} isLast={false} />}
        <Rows counts={counts} places={places} from={half} to={shown} isLast />
      </div>
      {shown < rows.length && <p className="report-note">{texts.report.intervalsShown(shown, rows.length)}</p>}
      {notes && <p className="report-note">{notes}</p>}
    </>
  );
}

interface RowsProps {
  counts: SheetCounts;
  places: string;
  from: number;
  to: number;
  /** With the totals of all intervals. */
  isLast: boolean;
}

function Rows({ counts: { rows, region, places: columns }, places, from, to, isLast }: RowsProps) {
  const all = [...region, ...columns];
  return (
    <table className="report-table">
      <thead>
        {columns.length > 0 && (
          <tr className="report-groups">
            <td />
            <th scope="colgroup" colSpan={region.length}>
              {texts.report.keyNumbers}
            </th>
            <th scope="colgroup" colSpan={columns.length} data-part="places">
              {places}
            </th>
          </tr>
        )}
        <tr>
          <th scope="col">{texts.numbers.interval}</th>
          {all.map((column, at) => (
            <th key={column.head} scope="col" data-part={at === region.length ? "places" : undefined}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(from, to).map((row, at) => (
          <tr key={row.from_s}>
            <IntervalHead row={row} />
            <Cells columns={all} region={region.length} numberOf={({ counts }) => counts[from + at] ?? null} />
          </tr>
        ))}
      </tbody>
      {isLast && (
        <tfoot>
          <tr>
            <th scope="row">{texts.numbers.total}</th>
            <Cells columns={all} region={region.length} numberOf={({ total }) => total} />
          </tr>
        </tfoot>
      )}
    </table>
  );
}

interface CellsProps {
  columns: readonly SheetColumn[];
  /** How many of them are of the region. */
  region: number;
  numberOf: (column: SheetColumn) => number | null;
}

function Cells({ columns, region, numberOf }: CellsProps) {
  return columns.map((column, at) => (
    <td key={column.head} className={column.isSum ? "report-sum" : undefined} data-part={at === region ? "places" : undefined}>
      {numberOf(column) ?? "–"}
    </td>
  ));
}

function IntervalHead({ row }: { row: CountsRow }) {
  const note = observedNote(row);
  return (
    <th scope="row">
      {intervalName(row)}
      {note && <span className="report-soft"> {note}</span>}
    </th>
  );
}
