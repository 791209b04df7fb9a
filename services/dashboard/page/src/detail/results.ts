/** The results below the picture: one part, loaded when the rest of the page is shown, and drawn when they change. */

import { memo } from "react";
import { FlowsPanel as Flows } from "./flows-panel";
import { IntervalsPanel as Intervals } from "./intervals-panel";
import { VehiclesTable as Vehicles } from "./vehicles-table";

export const FlowsPanel = memo(Flows);
export const IntervalsPanel = memo(Intervals);
export const VehiclesTable = memo(Vehicles);
