import { texts } from "../texts";
import { seconds } from "../ui/format";
import { typeName } from "../ui/vehicle-types";
import { type PlaceRow, totalOf, typesIn } from "./sheet-places";

/** Zones and directions of gates, a line each, with their vehicles by type. */
export function ReportPlaces({ rows, most }: { rows: readonly PlaceRow[]; most: number }) {
  const types = typesIn(rows);
  const hasDwell = rows.some(({ dwellS }) => dwellS !== null);
  const shown = rows.slice(0, most);
  return (
    <section>
      <h3>{texts.report.placesByType}</h3>
      <table className="report-table" data-testid="report-places">
        <thead>
          <tr>
            <th scope="col">{texts.report.place}</th>
            {types.map((type) => (
              <th key={type} scope="col">
                {typeName(type)}
              </th>
            ))}
            <th scope="col">{texts.report.allTypes}</th>
            {hasDwell && <th scope="col">{texts.report.dwell}</th>}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <span className="report-swatch" data-kind={row.kind} style={{ background: row.color }} />
                {[row.name, row.direction].filter(Boolean).join(", ")}
                {row.isWhole && <span className="report-soft"> {texts.numbers.wholePicture}</span>}
              </th>
              {types.map((type) => (
                <td key={type}>{row.byType[type] ?? 0}</td>
              ))}
              <td className="report-sum">{totalOf(row.byType)}</td>
              {hasDwell && <td>{row.dwellS === null ? "–" : seconds(row.dwellS)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && <p className="report-note">{texts.report.morePlaces(rows.length - shown.length)}</p>}
    </section>
  );
}
