import { useFlows, useResults } from "../api/queries";
import { urls } from "../api/urls";
import type { Video, VideoFlows } from "../contract";
import { texts } from "../texts";
import { percent } from "../ui/format";
import { DownloadLinks } from "./download-links";
import { flowMatrix } from "./flow-matrix";
import { dimensionsOf, suggestedInterval } from "./intervals";
import type { ShownRun } from "./runs";

/** Between fewer gates nothing flows. */
export const MIN_PLACES = 2;

/** From which gate vehicles came, and at which they left. */
export function FlowsPanel({ id, video, run }: { id: string; video: Video | undefined; run: ShownRun | null }) {
  const results = useResults(id, run).data;
  const counted = results?.counted_with;
  const isOfRun = counted != null && counted.run_id === run?.run_id;
  const hasPlaces = isOfRun && results !== undefined && results.gates.length >= MIN_PLACES;
  const flows = useFlows(id, hasPlaces ? counted.counted_at : null).data;
  if (!hasPlaces || !flows || !video) return null;
  const interval = suggestedInterval(video.duration_s);
  return (
    <section className="panel intervals flows" aria-label={texts.detail.flows} data-testid="flows">
      <div className="panel-head">
        <h2>{texts.detail.flows}</h2>
        <DownloadLinks
          name="flows"
          files={[
            // A sheet of the workbook of counts.
            ["XLSX", urls.counts(id, interval, dimensionsOf({ interval, counted: "gate", byType: true }), "xlsx", video.name)],
            ["CSV", urls.flows(id, "csv")],
            ["JSON", urls.flows(id, "json")],
          ]}
        />
      </div>
      <Matrix flows={flows} />
    </section>
  );
}

/** Origins down, destinations across. */
export function Matrix({ flows }: { flows: VideoFlows }) {
  const { rows, most, assigned } = flowMatrix(flows);
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={texts.detail.tableOfFlows}>
        <table className="flow-matrix" data-testid="flow-matrix">
          <thead>
            <tr>
              <th scope="col">{texts.detail.fromTo}</th>
              {flows.places.map(({ id, name }) => (
                <th key={id} scope="col" data-number>
                  {name}
                </th>
              ))}
              <th scope="col" data-number>
                {texts.detail.total}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ place, cells, total }) => (
              <tr key={place.id}>
                <th scope="row">{place.name}</th>
                {cells.map((count, index) => (
                  // The fuller, the stronger; the number stays readable on it.
                  <td
                    key={flows.places[index]!.id}
                    data-number
                    style={{ "--share": most ? count / most : 0 } as React.CSSProperties}
                  >
                    {count || "–"}
                  </td>
                ))}
                <td data-number>{total}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted small-text">
        {texts.detail.flowsAssigned(
          assigned,
          flows.vehicles_count,
          percent(flows.vehicles_count ? assigned / flows.vehicles_count : 0),
        )}
      </p>
    </>
  );
}
