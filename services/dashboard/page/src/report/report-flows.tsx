import { useFlows } from "../api/queries";
import { Matrix, MIN_PLACES } from "../detail/flows-panel";
import { texts } from "../texts";
import { Awaited } from "./awaited";

/** With more, a matrix is too wide for the sheet. */
const MOST_PLACES = 9;

interface Props {
  id: string;
  gates: number;
  countedAt: string;
}

/** From which gate vehicles came, and at which they left. */
export function ReportFlows({ id, gates, countedAt }: Props) {
  const hasPlaces = gates >= MIN_PLACES && gates <= MOST_PLACES;
  const { data: flows, isLoading } = useFlows(id, hasPlaces ? countedAt : null);
  if (!flows) return isLoading ? <Awaited /> : null;
  return (
    <section className="report-flows" data-testid="report-flows">
      <h3>{texts.detail.flows}</h3>
      <Matrix flows={flows} />
    </section>
  );
}
