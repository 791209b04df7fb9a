import { type MouseEvent, useMemo, useState } from "react";
import { reasonOf } from "../api/http";
import { useParkedVisits, useVehicles } from "../api/queries";
import { urls } from "../api/urls";
import type { ExitReason, Vehicle } from "../contract";
import { leadIn, momentAddress } from "../player/moment";
import { paths } from "../routing/router";
import { count, seconds } from "../ui/format";
import { DownloadIcon } from "../ui/icons";
import { TYPE_COLOURS } from "../ui/vehicle-types";
import { isParked } from "./parked";
import type { ShownRun } from "./runs";
import { type Sort, type SortKey, sortVisits } from "./sort-visits";

/** Short enough to reach what is below; a click shows more. */
const ROWS_AT_FIRST = 50;
const ROWS_MORE = 500;

const COLUMNS: readonly { key: SortKey; label: string; number: boolean }[] = [
  { key: "vehicle_id", label: "Vehicle", number: true },
  { key: "visit_no", label: "Visit", number: true },
  { key: "vehicle_type", label: "Type", number: false },
  { key: "entered_at_s", label: "Entered", number: true },
  { key: "left_at_s", label: "Left", number: true },
  { key: "vehicle_dwell_time_s", label: "Dwell", number: true },
  { key: "exit_reason", label: "Exit", number: false },
];

const EXIT_TEXT: Record<ExitReason, string> = {
  left: "Left the region",
  track_lost: "Lost from sight",
  end_of_video: "End of video",
};

const EXIT_MEANINGS: Record<ExitReason, string> = {
  left: "It was seen to leave the region.",
  track_lost: "It was not detected any more, without having been seen to leave: hidden, or too faint.",
  end_of_video: "It was still inside when the video ended, so its visit is longer than its dwell time.",
};

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
  const [sort, setSort] = useState<Sort>({ key: "vehicle_id", descending: false });
  const [shown, setShown] = useState(ROWS_AT_FIRST);
  const visits = vehicles.data?.items;
  const rows = useMemo(() => sortVisits(visits ?? [], sort), [visits, sort]);
  const sortBy = (key: SortKey): void => setSort({ key, descending: sort.key === key && !sort.descending });
  return (
    <section className="panel vehicles" aria-label="Vehicles">
      <div className="panel-head">
        <h2>
          Vehicles <span className="muted">{visits?.length ? count(visits.length, "visit") : ""}</span>
        </h2>
        {runId !== null && rows.length > 0 && (
          <a
            className="button small"
            href={urls.vehiclesCsv(id, runId)}
            download={`${id}-vehicles.csv`}
            data-testid="vehicles-csv"
          >
            <DownloadIcon />
            CSV
          </a>
        )}
      </div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Table of vehicles">
        <table className="stacked-table" data-testid="vehicles-table">
          <thead>
            <tr>
              {COLUMNS.map(({ key, label, number }) => (
                <th key={key} scope="col" data-number={number || undefined} aria-sort={sortOf(sort, key)}>
                  <button type="button" onClick={() => sortBy(key)}>
                    {label}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((visit) => (
              <Row
                key={`${visit.vehicle_id}-${visit.visit_no}-${visit.zone_id}`}
                visit={visit}
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
          Show {Math.min(ROWS_MORE, rows.length - shown)} more
        </button>
      )}
      {(!isKnown || vehicles.isLoading) && <div className="skeleton block" />}
      {vehicles.error && !visits && <p className="muted table-empty">{reasonOf(vehicles.error)}</p>}
      {isKnown && (run === null || visits?.length === 0) && (
        <p className="muted table-empty">
          {run?.finished_at ? "No vehicle entered the region." : "No vehicles yet. Press Start Stream or Analyse in background."}
        </p>
      )}
      <Legend visits={visits ?? []} hasParked={parked !== null && parked.size > 0} />
    </section>
  );
}

/** The words in the table that need one, for those that are in it. */
function Legend({ visits, hasParked }: { visits: readonly Vehicle[]; hasParked: boolean }) {
  const terms: [string, string][] = [];
  if (visits.some(({ exit_reason }) => exit_reason === "track_lost")) {
    terms.push([EXIT_TEXT.track_lost, EXIT_MEANINGS.track_lost]);
  }
  if (visits.some(({ born_inside }) => born_inside)) terms.push(["Already there", ALREADY_THERE]);
  if (hasParked) terms.push(["Parked", PARKED]);
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

const ALREADY_THERE = "It was inside when it was first seen, so its visit began earlier than its dwell time says.";
const PARKED = "It stood from the first second of the video until it was not seen any more, or for more than 5 minutes.";

function sortOf(sort: Sort, key: SortKey): "ascending" | "descending" | undefined {
  if (sort.key !== key) return undefined;
  return sort.descending ? "descending" : "ascending";
}

interface RowProps {
  visit: Vehicle;
  isParked: boolean;
  /** Of the moment it entered. */
  address: string;
  onShow: () => void;
}

function Row({ visit, isParked, address, onShow }: RowProps) {
  const show = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onShow();
  };
  const isInside = visit.left_at_s === null;
  return (
    <tr data-inside={isInside || undefined}>
      <td data-number data-label="Vehicle">
        {visit.vehicle_id}
      </td>
      <td data-number data-label="Visit">
        {visit.visit_no}
      </td>
      <td data-label="Type">
        <span className="type-dot" style={{ background: TYPE_COLOURS[visit.vehicle_type] }} aria-hidden="true" />
        {visit.vehicle_type}
        {isParked && (
          <span className="chip" title={PARKED}>
            Parked
          </span>
        )}
      </td>
      <td data-number data-label="Entered">
        {visit.born_inside && (
          <span className="chip" title={ALREADY_THERE}>
            Already there
          </span>
        )}{" "}
        <a
          className="moment-link"
          href={address}
          onClick={show}
          title={`Show vehicle ${visit.vehicle_id} in the recording`}
          data-testid="moment"
        >
          {seconds(visit.entered_at_s)}
        </a>
      </td>
      <td data-number data-label="Left">
        {isInside ? "–" : seconds(visit.left_at_s ?? 0)}
      </td>
      <td data-number data-label="Dwell">
        {visit.vehicle_dwell_time_s === null ? "–" : seconds(visit.vehicle_dwell_time_s)}
      </td>
      <td data-label="Exit">
        {visit.exit_reason ? (
          <span title={EXIT_MEANINGS[visit.exit_reason]}>{EXIT_TEXT[visit.exit_reason]}</span>
        ) : (
          <span className="inside-mark">Inside</span>
        )}
      </td>
    </tr>
  );
}
