import { TYPE_COLOURS, typeName } from "@dashboard/ui/vehicle-types";
import type { Comparison, Counts } from "./contract";

/** The totals by type. */
export function CountsTable({ comparison: { by_type: byType, total, matching } }: { comparison: Comparison }) {
  const { pairs, unmatched_marks: marks, unmatched_entries: entries } = matching;
  const untyped = [...pairs.flatMap(({ mark, entry }) => [mark, entry]), ...marks, ...entries].some(
    ({ vehicle_type: type }) => type === "vehicle",
  );
  return (
    <section className="panel vehicles counts" aria-label="By type">
      <h2>By type</h2>
      <div className="table-scroll">
        <table data-testid="by-type">
          <thead>
            <tr>
              <th scope="col">Type</th>
              <th scope="col" data-number>
                You
              </th>
              <th scope="col" data-number>
                Onwatch
              </th>
              <th scope="col" data-number>
                Error
              </th>
              <th scope="col" data-number>
                GEH
              </th>
            </tr>
          </thead>
          <tbody>
            {byType.map((counts) => (
              <tr key={counts.vehicle_type} data-type={counts.vehicle_type}>
                <td>
                  <span className="type-dot" style={{ background: TYPE_COLOURS[counts.vehicle_type] }} aria-hidden="true" />
                  {counts.vehicle_type === "vehicle" ? "No type told" : typeName(counts.vehicle_type)}
                </td>
                <Cells counts={counts} />
              </tr>
            ))}
            <tr className="total-row">
              <td>All</td>
              <Cells counts={total} />
            </tr>
          </tbody>
        </table>
      </div>
      {untyped && <p className="muted small-text">A vehicle that one of you gave no type has the type that the other gave it.</p>}
    </section>
  );
}

function Cells({ counts: { person, system, error_percent: error, geh } }: { counts: Counts }) {
  return (
    <>
      <td data-number>{person}</td>
      <td data-number>{system}</td>
      <td data-number>{error === null ? "–" : `${error.toFixed(0)} %`}</td>
      <td data-number>{geh.toFixed(1)}</td>
    </>
  );
}
