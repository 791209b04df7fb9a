import type { VehicleType } from "../contract";
import { texts } from "../texts";

/** In display order. */
export const VEHICLE_TYPES: readonly VehicleType[] = ["car", "truck", "bus", "motorcycle", "bicycle", "vehicle"];

/** Light enough for dark labels on any picture; the same in boxes, bars and dots. */
export const TYPE_COLOURS: Record<VehicleType, string> = {
  car: "#5b9dff",
  truck: "#ffb020",
  bus: "#b794ff",
  motorcycle: "#ff7fb0",
  bicycle: "#3ddc97",
  vehicle: "#a9b4c2",
};

/** In the plural; of a custom model as it calls them. */
export function typeName(type: string): string {
  const names: Record<string, string> = texts.ui.vehicleTypes;
  return names[type] ?? type;
}

/** Of one vehicle. */
export function typeNameOfOne(type: string): string {
  const names: Record<string, string> = texts.ui.vehicleType;
  return names[type] ?? type;
}
