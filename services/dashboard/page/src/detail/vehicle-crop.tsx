import { urls } from "../api/urls";
import type { VisitSighting } from "../contract";
import { texts } from "../texts";

const WIDTH_PX = 128;
/** Around the box, as a share of its size: a vehicle is recognised by what is around it, too. */
const MARGIN = 0.12;

/** The vehicle of a row where it is seen best; room for it while that is not known. */
export function VehicleCrop({ id, vehicleId, sighting }: { id: string; vehicleId: number; sighting: VisitSighting | undefined }) {
  if (!sighting) return <span className="crop" aria-hidden="true" />;
  return (
    <img
      className="crop"
      src={urls.crop(id, sighting.at_s, WIDTH_PX, withMargin(sighting))}
      alt={texts.detail.cropOf(vehicleId)}
      loading="lazy"
      decoding="async"
      data-testid="crop"
    />
  );
}

type Edges = Pick<VisitSighting, "left" | "top" | "right" | "bottom">;

export function withMargin({ left, top, right, bottom }: Edges): Edges {
  const [x, y] = [(right - left) * MARGIN, (bottom - top) * MARGIN];
  const within = (edge: number): number => Number(Math.max(0, Math.min(1, edge)).toFixed(4));
  return { left: within(left - x), top: within(top - y), right: within(right + x), bottom: within(bottom + y) };
}
