import type { VehicleType } from "../contract";

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

export const TYPE_NAMES: Record<VehicleType, string> = {
  car: "Cars",
  truck: "Trucks",
  bus: "Buses",
  motorcycle: "Motorcycles",
  bicycle: "Bicycles",
  vehicle: "Vehicles",
};
