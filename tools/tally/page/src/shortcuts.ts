import type { VehicleType } from "@dashboard/contract";

export type Action =
  | { do: "mark"; type: VehicleType }
  | { do: "undo" | "play" | "slower" | "faster" }
  | { do: "frames" | "seconds"; by: number };

/** The letter of each type, as the buttons show it. */
export const TYPE_KEYS: Record<VehicleType, string> = {
  car: "c",
  truck: "t",
  bus: "b",
  motorcycle: "m",
  bicycle: "y",
  vehicle: "v",
};

/** Step of Shift and an arrow key. */
export const JUMP_S = 2;

const TYPES_BY_KEY = new Map(Object.entries(TYPE_KEYS).map(([type, key]) => [key, type as VehicleType]));

const PLAYER_KEYS: Record<string, Action> = {
  " ": { do: "play" },
  k: { do: "play" },
  s: { do: "slower" },
  f: { do: "faster" },
  z: { do: "undo" },
  backspace: { do: "undo" },
};

type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "repeat">;

/** The action of a key, or null. A held key marks once. */
export function actionOf(pressed: Pressed): Action | null {
  const key = pressed.key.toLowerCase();
  if (pressed.altKey) return null;
  if (pressed.ctrlKey || pressed.metaKey) return key === "z" && !pressed.shiftKey ? { do: "undo" } : null;
  if (key === "arrowleft" || key === "arrowright") return moved(key === "arrowleft" ? -1 : 1, pressed.shiftKey);
  if (pressed.repeat) return null;
  const type = TYPES_BY_KEY.get(key);
  return type ? { do: "mark", type } : (PLAYER_KEYS[key] ?? null);
}

function moved(sign: number, far: boolean): Action {
  return far ? { do: "seconds", by: sign * JUMP_S } : { do: "frames", by: sign };
}
