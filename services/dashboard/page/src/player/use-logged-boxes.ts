import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { getJson } from "../api/http";
import { keys } from "../api/keys";
import { useSightings, useVehicles } from "../api/queries";
import { urls } from "../api/urls";
import type { DetectionsPart, FrameBox, Video } from "../contract";
import type { ShownRun } from "../detail/runs";
import { insideAt, numbersOf } from "./vehicle-numbers";
import type { Layers } from "./layers";
import { boxesAt, type LoggedBox, trailsAt } from "./logged-boxes";
import { Overlay } from "./overlay";
import { PART_S, PlaybackLog } from "./playback-log";
import type { Playback } from "./use-playback";

/** A part stays this long after it was shown last. */
const PART_KEPT_MS = 60_000;

/** Draws the boxes of a finished run over its recording, in step with it. Returns whether the run has a log; null: not known. */
export function useLoggedBoxes(
  canvas: RefObject<HTMLCanvasElement | null>,
  video: Video,
  run: ShownRun | null,
  playback: Playback,
  layers: Layers,
): boolean | null {
  const client = useQueryClient();
  const [hasLog, setHasLog] = useState<boolean | null>(null);
  const runId = run && run.finished_at !== null ? run.run_id : null;
  const visits = useVehicles(video.id, runId).data?.items;
  const sightings = useSightings(video.id, run).data?.items;
  const numbers = useMemo(() => numbersOf(sightings ?? [], visits ?? []), [sightings, visits]);
  const redraw = useRef<() => void>(() => undefined);
  const drawn = useRef({ layers, numbers });
  drawn.current = { layers, numbers };

  useEffect(() => {
    if (!canvas.current || runId === null) return setHasLog(null);
    const overlay = new Overlay(canvas.current);
    const load = (fromS: number, toS: number): Promise<DetectionsPart> =>
      client.fetchQuery({
        queryKey: keys.detections(video.id, runId, Math.floor(fromS / PART_S)),
        queryFn: ({ signal }) => getJson<DetectionsPart>(urls.detections(video.id, runId, fromS, toS), signal),
        staleTime: Infinity,
        retry: 2, // a recording that stands still asks for nothing again
        gcTime: PART_KEPT_MS,
      });
    const draw = (timeS: number): void => {
      const pictures = log.around(timeS, playback.media()?.rate ?? 1);
      const { layers: shown, numbers: known } = drawn.current;
      overlay.setBoxesVisible(shown.boxes);
      overlay.setLabelsVisible(shown.labels);
      overlay.setTrailsVisible(shown.trails);
      const boxes = boxesAt(pictures, timeS).map((box) => frameBoxOf(box, known, timeS));
      overlay.show(boxes, shown.trails ? trailsAt(pictures, timeS) : []);
      if (canvas.current) canvas.current.dataset.boxes = String(boxes.length);
    };
    const again = (): void => {
      const media = playback.media();
      if (media) draw(media.timeS);
    };
    const log = new PlaybackLog(load, video.duration_s, () => {
      setHasLog(log.hasLog);
      again();
    });
    redraw.current = again;
    again();
    const unwatch = playback.watch(draw);
    return () => {
      redraw.current = () => undefined;
      unwatch();
      log.close();
      overlay.show([]);
      overlay.close();
    };
  }, [canvas, client, runId, video.id, video.duration_s, playback.watch, playback.media]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew when they change
  useEffect(() => redraw.current(), [layers, numbers]);
  return hasLog;
}

function frameBoxOf(box: LoggedBox, numbers: ReturnType<typeof numbersOf>, timeS: number): FrameBox {
  const visits = numbers.get(box.trackId);
  const { trackId, type, ...edges } = box;
  return {
    ...edges,
    track_id: trackId,
    vehicle_id: visits?.[0]?.vehicle_id ?? null,
    vehicle_type: visits?.[0]?.vehicle_type ?? type,
    confidence: 1,
    inside: insideAt(visits, timeS),
  };
}
