import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from "react";
import type { Vehicle } from "../contract";
import { texts } from "../texts";
import { timecode } from "../ui/format";
import { TYPE_COLOURS } from "../ui/vehicle-types";
import { visitLanes } from "./visit-lanes";

const LANES = 5;
const LANE_PX = 5;
const SHORTEST_PX = 2;

interface Props {
  timeS: number;
  durationS: number;
  visits: readonly Vehicle[];
  onSeek: (timeS: number) => void;
}

/** The whole recording with the visits of vehicles; a click or a drag goes there. */
export function PlaybackTimeline({ timeS, durationS, visits, onSeek }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const lanes = useMemo(() => visitLanes(visits, LANES, durationS), [visits, durationS]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = (): void => {
      element.width = Math.round(element.clientWidth * devicePixelRatio);
      element.height = Math.round(element.clientHeight * devicePixelRatio);
      const context = element.getContext("2d");
      if (!context) return;
      context.scale(devicePixelRatio, devicePixelRatio);
      const scale = element.clientWidth / (durationS || 1);
      for (const { visit, lane } of lanes) {
        const from = visit.entered_at_s * scale;
        const width = Math.max(SHORTEST_PX, ((visit.left_at_s ?? durationS) - visit.entered_at_s) * scale);
        context.fillStyle = TYPE_COLOURS[visit.vehicle_type];
        context.fillRect(from, lane * (LANE_PX + 1), width, LANE_PX);
      }
    };
    const resizing = new ResizeObserver(draw);
    resizing.observe(element);
    draw();
    return () => resizing.disconnect();
  }, [lanes, durationS]);

  const timeOf = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - left) / width)) * durationS;
  };
  const press = (event: PointerEvent<HTMLElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    onSeek(timeOf(event));
  };
  const byKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowRight: timeS + 1,
      ArrowUp: timeS + 1,
      ArrowLeft: timeS - 1,
      ArrowDown: timeS - 1,
      PageUp: timeS + durationS / 10,
      PageDown: timeS - durationS / 10,
      Home: 0,
      End: durationS,
    };
    const wanted = steps[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    onSeek(Math.max(0, Math.min(durationS, wanted)));
  };
  return (
    <div
      className="playback-timeline"
      role="slider"
      tabIndex={0}
      aria-label={texts.player.timeline}
      aria-valuemin={0}
      aria-valuemax={Math.round(durationS)}
      aria-valuenow={Math.round(timeS)}
      aria-valuetext={texts.player.position(timecode(timeS), timecode(durationS))}
      onPointerDown={press}
      onPointerMove={(event) => event.buttons === 1 && onSeek(timeOf(event))}
      onKeyDown={byKey}
      data-visits={visits.length}
      data-testid="playback-timeline"
    >
      <canvas ref={canvas} aria-hidden="true" />
      <span className="playhead" style={{ left: `${(Math.min(timeS, durationS) / (durationS || 1)) * 100}%` }} />
    </div>
  );
}
