import { clock, span } from "@dashboard/ui/format";
import type { Comparison } from "./contract";

interface Props {
  comparison: Comparison;
  onJump: (atS: number) => void;
}

/** The counts per interval; a click seeks to its start. */
export function IntervalsTable({ comparison: { intervals, interval_s: intervalS }, onJump }: Props) {
  const most = Math.max(1, ...intervals.map(({ person, system }) => Math.max(person, system)));
  const each = intervalS === 60 ? "Per minute" : `Per ${span(intervalS)}`;
  return (
    <section className="panel vehicles intervals" aria-label="Over time">
      <h2>{each}</h2>
      <div className="table-scroll intervals-scroll" tabIndex={0} role="region" aria-label="Counts over time">
        <table data-testid="intervals">
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col" data-number>
                You
              </th>
              <th scope="col" data-number>
                Onwatch
              </th>
              <th scope="col" aria-label="Bars" />
            </tr>
          </thead>
          <tbody>
            {intervals.map(({ start_s: startS, person, system }) => (
              <tr key={startS} data-different={person !== system || undefined}>
                <td>
                  <button type="button" className="jump" onClick={() => onJump(startS)}>
                    {clock(startS)}
                  </button>
                </td>
                <td data-number>{person}</td>
                <td data-number>{system}</td>
                <td className="pair-bars" aria-hidden="true">
                  <span style={{ width: `${(person / most) * 100}%` }} />
                  <span style={{ width: `${(system / most) * 100}%` }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
