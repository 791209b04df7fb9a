import { useLiveCounts, useResults } from "../api/queries";
import type { Site } from "../contract";
import type { PlaceKey } from "../site/shapes";
import { texts } from "../texts";
import { seconds } from "../ui/format";
import { type GateNumbers, type PlaceNumbers, placesOf, type ZoneNumbers } from "./places";
import type { ShownRun } from "./runs";

interface Props {
  id: string;
  site: Site | undefined;
  run: ShownRun | null;
  highlighted: PlaceKey | null;
  onHighlight: (key: PlaceKey | null) => void;
}

/** Zones and gates with their numbers. The one under the pointer lights up on the picture, and the other way round. */
export function PlacesPanel({ id, site, run, highlighted, onHighlight }: Props) {
  const live = useLiveCounts(id);
  const results = useResults(id, run).data;
  // Also of a run that has just finished, until its zones are counted with the newest site.
  const isLive = run !== null && live?.run_id === run.run_id;
  const isStored = results?.counted_with != null && results.counted_with.run_id === run?.run_id;
  const places = placesOf(site, isStored ? { stored: results } : { live: isLive ? live : undefined });
  if (!places.length) return null;
  return (
    <section className="panel places" aria-label={texts.site.places} data-testid="places">
      <p className="figure-label">{texts.site.places}</p>
      <ul>
        {places.map((place) => (
          <li
            key={place.key}
            tabIndex={0}
            data-testid="place"
            data-place={place.key}
            data-highlighted={place.key === highlighted || undefined}
            onPointerEnter={() => onHighlight(place.key)}
            onPointerLeave={() => onHighlight(null)}
            onFocus={() => onHighlight(place.key)}
            onBlur={() => onHighlight(null)}
          >
            <span className="swatch" data-kind={place.kind} style={{ background: place.color }} aria-hidden="true" />
            <span className="place-name">{place.name}</span>
            <PlaceText place={place} run={run} />
          </li>
        ))}
      </ul>
      {results && !isOver(results.recount.state) && (
        <p className="muted small-text" role="status" data-testid="recount">
          {results.recount.detail}
        </p>
      )}
      {results?.recount.state === "running" && (
        <progress value={results.recount.progress} aria-label={texts.site.recounting} data-testid="recount-progress" />
      )}
    </section>
  );
}

function isOver(state: string): boolean {
  return state === "finished" || state === "none";
}

function PlaceText({ place, run }: { place: PlaceNumbers; run: ShownRun | null }) {
  return place.kind === "zone" ? <ZoneText place={place} run={run} /> : <GateText place={place} />;
}

function ZoneText({ place, run }: { place: ZoneNumbers; run: ShownRun | null }) {
  // The region's own numbers are those of the run, which are there before anything is counted again.
  const numbers =
    place.key === "zone/roi" && run
      ? { vehicles: run.total_vehicles_count, inside: run.current_vehicles_count, dwell: run.vehicle_dwell_time }
      : place.numbers;
  return (
    <span className="place-numbers">
      {place.isWhole && <span className="muted">{texts.numbers.wholePicture} </span>}
      {numbers ? (
        <>
          <strong>{numbers.vehicles}</strong>
          {numbers.inside > 0 && <span className="muted"> {texts.numbers.inside(numbers.inside)}</span>}
          {numbers.dwell.visits > 0 && <span className="muted"> ⌀ {seconds(numbers.dwell.mean_s)}</span>}
        </>
      ) : (
        <span className="muted">{texts.numbers.notCounted}</span>
      )}
    </span>
  );
}

function GateText({ place }: { place: GateNumbers }) {
  return (
    <span className="place-numbers">
      {[place.forward, place.backward].map(({ name, total }) => (
        <span key={name} className="place-direction">
          <span className="muted">{name}</span> <strong>{total ?? "–"}</strong>
        </span>
      ))}
    </span>
  );
}
