import { type MouseEvent, useMemo, useState } from "react";
import { reasonOf } from "../api/http";
import { useMarkChange } from "../api/mutations";
import { useEvidence, useMarks, useParkedVisits, useSightings, useVehicles } from "../api/queries";
import { urls } from "../api/urls";
import type { MarkRequest, Vehicle, VisitEvidence, VisitMark, VisitSighting } from "../contract";
import { leadIn, momentAddress } from "../player/moment";
import { nameOf } from "../player/vehicle-numbers";
import { paths } from "../routing/router";
import { mayMark, mayStart } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { seconds } from "../ui/format";
import { TYPE_COLOURS, typeNameOfOne } from "../ui/vehicle-types";
import { AccuracyPanel } from "./accuracy-panel";
import { certaintyOf, doubtsAbout, ROI_ID } from "./certainty";
import { DownloadLinks } from "./download-links";
import { MarkChoice } from "./mark-choice";
import { isParked } from "./parked";
import type { ShownRun } from "./runs";
import { type Sort, type SortKey, sortVisits } from "./sort-visits";
import { VehicleCrop } from "./vehicle-crop";

/** Short enough to reach what is below; a click shows more. */
const ROWS_AT_FIRST = 50;
const ROWS_MORE = 500;

const COLUMNS: readonly { key: SortKey; number: boolean }[] = [
  { key: "vehicle_id", number: true },
  { key: "visit_no", number: true },
  { key: "vehicle_type", number: false },
  { key: "entered_at_s", number: true },
  { key: "left_at_s", number: true },
  { key: "vehicle_dwell_time_s", number: true },
  { key: "exit_reason", number: false },
];

interface Props {
  id: string;
  run: ShownRun | null;
  /** False while it is not known which run is shown. */
  isKnown: boolean;
  /** Shows a moment of the recording. */
  onMoment: (atS: number) => void;
}

export function VehiclesTable({ id, run, isKnown, onMoment }: Props) {
  const runId = run?.run_id ?? null;
  const vehicles = useVehicles(id, runId);
  const parked = useParkedVisits(id, run);
  const sightings = useSightings(id, run).data?.items;
  const seen = useMemo(() => new Map(sightings?.map((one) => [nameOf(one), one])), [sightings]);
  const evidence = useEvidence(id, run).data;
  const doubted = useMemo(() => new Map(evidence?.items.map((one) => [nameOf(one), one])), [evidence]);
  const marks = useMarks(id, run).data?.marks;
  const marked = useMemo(() => new Map(marks?.map((mark) => [nameOf(mark), mark])), [marks]);
  const marking = useMarkChange(id, runId);
  const isMarker = useRight(mayMark);
  const isStarter = useRight(mayStart);
  const [sort, setSort] = useState<Sort>({ key: "vehicle_id", descending: false });
  const [shown, setShown] = useState(ROWS_AT_FIRST);
  const visits = vehicles.data?.items;
  const rows = useMemo(() => sortVisits(visits ?? [], sort), [visits, sort]);
  const sortBy = (key: SortKey): void => setSort({ key, descending: sort.key === key && !sort.descending });
  return (
    <section className="panel vehicles" aria-label={texts.detail.vehicles}>
      <div className="panel-head">
        <h2>
          {texts.detail.vehicles} <span className="muted">{visits?.length ? texts.detail.visits(visits.length) : ""}</span>
        </h2>
        {runId !== null && rows.length > 0 && (
          <DownloadLinks
            name="vehicles"
            files={(["csv", "xlsx", "json"] as const).map(
              (format) => [format.toUpperCase(), urls.vehiclesFile(id, runId, format)] as const,
            )}
          />
        )}
      </div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={texts.detail.tableOfVehicles}>
        <table className="stacked-table" data-testid="vehicles-table">
          <thead>
            <tr>
              {marks && <th scope="col">{texts.detail.columns.picture}</th>}
              {COLUMNS.map(({ key, number }) => (
                <th key={key} scope="col" data-number={number || undefined} aria-sort={sortOf(sort, key)}>
                  <button type="button" onClick={() => sortBy(key)}>
                    {texts.detail.columns[key]}
                  </button>
                </th>
              ))}
              {marks && isMarker && <th scope="col">{texts.detail.columns.mark}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((visit) => (
              <Row
                key={nameOf(visit)}
                id={id}
                visit={visit}
                isChecked={marks !== undefined}
                sighting={seen.get(nameOf(visit))}
                evidence={doubted.get(nameOf(visit))}
                mark={marked.get(nameOf(visit))}
                isMarker={isMarker}
                isMarking={marking.isPending}
                onMark={(mark) => marking.mutate({ visit, mark })}
                isParked={isParked(visit, parked)}
                address={momentAddress(paths.video(id), leadIn(visit.entered_at_s))}
                onShow={() => onMoment(leadIn(visit.entered_at_s))}
              />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown && (
        <button type="button" className="button small" onClick={() => setShown(shown + ROWS_MORE)}>
          {texts.detail.showMore(Math.min(ROWS_MORE, rows.length - shown))}
        </button>
      )}
      {(!isKnown || vehicles.isLoading) && <div className="skeleton block" />}
      {vehicles.error && !visits && <p className="muted table-empty">{reasonOf(vehicles.error)}</p>}
      {isKnown && (run === null || visits?.length === 0) && (
        <p className="muted table-empty">
          {run?.finished_at
            ? (certaintyOf(evidence, run.total_vehicles_count)?.meaning ?? texts.numbers.nobodyEntered)
            : isStarter
              ? texts.numbers.noRows
              : texts.numbers.noRowsYet}
        </p>
      )}
      <AccuracyPanel id={id} run={run} />
      <Legend
        visits={visits ?? []}
        hasParked={parked !== null && parked.size > 0}
        hasDoubts={evidence?.items.some(({ zone_id, is_weak }) => is_weak && zone_id === ROI_ID) ?? false}
      />
    </section>
  );
}

/** The words in the table that need one, for those that are in it. */
function Legend({ visits, hasParked, hasDoubts }: { visits: readonly Vehicle[]; hasParked: boolean; hasDoubts: boolean }) {
  const terms: [string, string][] = [];
  const { exits, exitMeanings, alreadyThere, alreadyThereMeaning, parked, parkedMeaning, uncertain, uncertainMeaning } =
    texts.numbers;
  if (visits.some(({ exit_reason }) => exit_reason === "track_lost")) {
    terms.push([exits.track_lost, exitMeanings.track_lost]);
  }
  if (visits.some(({ born_inside }) => born_inside)) terms.push([alreadyThere, alreadyThereMeaning]);
  if (hasParked) terms.push([parked, parkedMeaning]);
  if (hasDoubts) terms.push([uncertain, uncertainMeaning]);
  if (!terms.length) return null;
  return (
    <dl className="legend" data-testid="vehicles-legend">
      {terms.map(([term, meaning]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}

function sortOf(sort: Sort, key: SortKey): "ascending" | "descending" | undefined {
  if (sort.key !== key) return undefined;
  return sort.descending ? "descending" : "ascending";
}

interface RowProps {
  id: string;
  visit: Vehicle;
  /** Only the rows of a finished run are, and have pictures. */
  isChecked: boolean;
  sighting: VisitSighting | undefined;
  evidence: VisitEvidence | undefined;
  mark: VisitMark | undefined;
  isMarker: boolean;
  isMarking: boolean;
  onMark: (mark: MarkRequest | null) => void;
  isParked: boolean;
  /** Of the moment it entered. */
  address: string;
  onShow: () => void;
}

function Row(props: RowProps) {
  const { id, visit, isChecked, sighting, evidence, mark, isMarker, isMarking, onMark, isParked, address, onShow } = props;
  const doubts = doubtsAbout(evidence);
  const show = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onShow();
  };
  const isInside = visit.left_at_s === null;
  return (
    <tr data-inside={isInside || undefined} data-verdict={mark?.verdict}>
      {isChecked && (
        <td data-extra>
          <a href={address} onClick={show} aria-label={texts.detail.showInRecording(visit.vehicle_id)} tabIndex={-1}>
            <VehicleCrop id={id} vehicleId={visit.vehicle_id} sighting={sighting} />
          </a>
        </td>
      )}
      <td data-number data-label={texts.detail.columns.vehicle_id}>
        {visit.vehicle_id}
      </td>
      <td data-number data-label={texts.detail.columns.visit_no}>
        {visit.visit_no}
      </td>
      <td data-label={texts.detail.columns.vehicle_type}>
        <span className="type-dot" style={{ background: TYPE_COLOURS[visit.vehicle_type] }} aria-hidden="true" />
        {typeNameOfOne(visit.vehicle_type)}
        {isParked && (
          <span className="chip" title={texts.numbers.parkedMeaning}>
            {texts.numbers.parked}
          </span>
        )}
        {doubts && (
          <span className="chip" title={doubts.meaning} data-testid="doubts">
            {doubts.text}
          </span>
        )}
      </td>
      <td data-number data-label={texts.detail.columns.entered_at_s}>
        {visit.born_inside && (
          <span className="chip" title={texts.numbers.alreadyThereMeaning}>
            {texts.numbers.alreadyThere}
          </span>
        )}{" "}
        <a
          className="moment-link"
          href={address}
          onClick={show}
          title={texts.detail.showInRecording(visit.vehicle_id)}
          data-testid="moment"
        >
          {seconds(visit.entered_at_s)}
        </a>
      </td>
      <td data-number data-label={texts.detail.columns.left_at_s}>
        {isInside ? "–" : seconds(visit.left_at_s ?? 0)}
      </td>
      <td data-number data-label={texts.detail.columns.vehicle_dwell_time_s}>
        {visit.vehicle_dwell_time_s === null ? "–" : seconds(visit.vehicle_dwell_time_s)}
      </td>
      <td data-exit data-label={texts.detail.columns.exit_reason}>
        {visit.exit_reason ? (
          <span title={texts.numbers.exitMeanings[visit.exit_reason]}>{texts.numbers.exits[visit.exit_reason]}</span>
        ) : (
          <span className="inside-mark">{texts.numbers.stillIn}</span>
        )}
      </td>
      {isChecked && isMarker && (
        <td data-extra data-label={texts.detail.columns.mark}>
          <MarkChoice visit={visit} mark={mark} isDisabled={isMarking} onMark={onMark} />
        </td>
      )}
    </tr>
  );
}
