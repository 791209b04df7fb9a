import { useState } from "react";
import { store, stored } from "../ui/browser-store";

/** What is drawn over the picture. */
export const LAYERS = ["zones", "boxes", "labels", "trails"] as const;
export type Layer = (typeof LAYERS)[number];
export type Layers = Readonly<Record<Layer, boolean>>;

const STORED = "onwatch:layers";
const ALL: Layers = { zones: true, boxes: true, labels: true, trails: true };

/** What was stored, as far as it makes sense; what is new is shown. */
export function layersIn(text: string | null): Layers {
  try {
    const found = JSON.parse(text ?? "{}") as Partial<Record<string, unknown>> | null;
    return Object.fromEntries(LAYERS.map((layer) => [layer, found?.[layer] !== false])) as Record<Layer, boolean>;
  } catch {
    return ALL;
  }
}

/** The layers that this browser shows, remembered for all videos. */
export function useLayers(): [Layers, (layer: Layer, isShown: boolean) => void] {
  const [layers, setLayers] = useState(() => layersIn(stored(STORED)));
  return [
    layers,
    (layer, isShown) => {
      const changed = { ...layers, [layer]: isShown };
      setLayers(changed);
      store(STORED, JSON.stringify(changed));
    },
  ];
}
