import { useEffect, useMemo, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { reasonOf } from "../api/http";
import { keys } from "../api/keys";
import { useVehicles } from "../api/queries";
import { urls } from "../api/urls";
import type { ExitReason, Vehicle, VideoMetrics } from "../contract";
import { count, seconds } from "../ui/format";
import { DownloadIcon } from "../ui/icons";
import { TYPE_COLOURS } from "../ui/vehicle-types";
import { type Sort, type SortKey, sortVisits } from "./sort-visits";

/** A browser renders this many rows at once without a delay. */
const ROWS_AT_ONCE = 200;

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

export function VehiclesTable({ id, metrics }: { id: string; metrics: VideoMetrics | undefined }) {
  const vehicles = useVehicles(id);
  const [sort, setSort] = useState<Sort>({ key: "vehicle_id", descending: false });
  const [shown, setShown] = useState(ROWS_AT_ONCE);
  useRefetchOnNewRun(id, metrics);
  const visits = vehicles.data?.items;
  const rows = useMemo(() => sortVisits(visits ?? [], sort), [visits, sort]);
  const sortBy = (key: SortKey): void => setSort({ key, descending: sort.key === key && !sort.descending });
  return (
    <section className="panel vehicles" aria-label="Vehicles">
      <div className="panel-head">
        <h2>
          Vehicles <span className="muted">{visits?.length ? count(visits.length, "visit") : ""}</span>
        </h2>
        {rows.length > 0 && (
          <a
            className="button small"
            href={urls.vehiclesCsv(id)}
            download={`${id}-vehicles.csv`}
            data-testid="vehicles-csv"
          >
            <DownloadIcon />
            CSV
          </a>
        )}
      </div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Table of vehicles">
        <table data-testid="vehicles-table">
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
              <Row key={`${visit.vehicle_id}-${visit.visit_no}-${visit.zone_id}`} visit={visit} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown && (
        <button type="button" className="button small" onClick={() => setShown(shown + ROWS_AT_ONCE)}>
          Show more
        </button>
      )}
      {vehicles.isPending && <div className="skeleton block" />}
      {vehicles.error && !visits && <p className="muted table-empty">{reasonOf(vehicles.error)}</p>}
      {visits?.length === 0 && (
        <p className="muted table-empty">No vehicles yet. Press Start Stream or Analyse in background.</p>
      )}
    </section>
  );
}

/** A run that begins or is stored has other rows, even if no live message arrives. */
function useRefetchOnNewRun(id: string, metrics: VideoMetrics | undefined): void {
  const client = useQueryClient();
  const run = metrics && `${metrics.run_id} ${metrics.state}`;
  useEffect(() => {
    if (run) void client.invalidateQueries({ queryKey: keys.vehicles(id) }, { cancelRefetch: false });
  }, [client, id, run]);
}

function sortOf(sort: Sort, key: SortKey): "ascending" | "descending" | undefined {
  if (sort.key !== key) return undefined;
  return sort.descending ? "descending" : "ascending";
}

function Row({ visit }: { visit: Vehicle }) {
  const isInside = visit.left_at_s === null;
  return (
    <tr data-inside={isInside || undefined}>
      <td data-number>{visit.vehicle_id}</td>
      <td data-number>{visit.visit_no}</td>
      <td>
        <span className="type-dot" style={{ background: TYPE_COLOURS[visit.vehicle_type] }} aria-hidden="true" />
        {visit.vehicle_type}
      </td>
      <td data-number>
        {seconds(visit.entered_at_s)}
        {visit.born_inside && <span title="Was inside when first seen"> *</span>}
      </td>
      <td data-number>{isInside ? "–" : seconds(visit.left_at_s ?? 0)}</td>
      <td data-number>{visit.vehicle_dwell_time_s === null ? "–" : seconds(visit.vehicle_dwell_time_s)}</td>
      <td>{visit.exit_reason ? EXIT_TEXT[visit.exit_reason] : <span className="inside-mark">Inside</span>}</td>
    </tr>
  );
}
