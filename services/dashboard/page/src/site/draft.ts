/** Zones and gates while they are edited: pure rules. */

import {
  type Anchor,
  type Calibration,
  MAX_PLACES,
  type Movement,
  type Point,
  type Site,
  type SiteFeature,
  type SiteFile,
} from "../contract";
import { texts } from "../texts";
import { calibrationProblem, FIRST_CALIBRATION, withCorner } from "./calibration";
import { directionName, storedDirectionName } from "./direction-names";
import { lineProblem, polygonProblem } from "./polygon";
import { isWholePicture, type Shape } from "./shapes";

export interface DraftItem {
  /** While it is edited; a new one has no id yet. */
  key: string;
  id: string | null;
  kind: "zone" | "gate";
  name: string;
  color: string;
  /** None: the region of interest is the whole picture. */
  points: readonly Point[];
  anchor: Anchor;
  vehicleTypes: string[] | null;
  forwardName: string;
  backwardName: string;
}

export interface Draft {
  items: readonly DraftItem[];
  selected: string;
  /** Movements name gates. */
  movements: readonly Movement[];
  /** Of the road, for speeds; null: none are measured. */
  calibration: Calibration | null;
  lastNo: number;
}

export const ROI_ID = "roi";
/** Selected while the rectangle on the road is edited. */
export const SCALE_KEY = "scale";

const PALETTE = ["#2f6fed", "#e5484d", "#30a46c", "#f5a524", "#8e4ec6", "#12a594", "#e93d82", "#978365"];
const WHOLE: Point[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

export function draftOf(site: Site): Draft {
  const zones = site.zones.map(
    (zone): DraftItem => ({
      ...itemOf(zone, "zone", zone.zone_id),
      points: isWholePicture(zone.polygon) && zone.zone_id === ROI_ID ? [] : zone.polygon,
    }),
  );
  const gates = site.gates.map(
    (gate): DraftItem => ({
      ...itemOf(gate, "gate", gate.gate_id),
      points: gate.points,
      forwardName: directionName(gate.forward_name),
      backwardName: directionName(gate.backward_name),
    }),
  );
  return {
    items: [...zones, ...gates],
    selected: zones[0]?.key ?? "",
    movements: site.movements,
    calibration: site.calibration,
    lastNo: 0,
  };
}

type Common = Pick<Site["zones"][number], "name" | "color" | "anchor" | "vehicle_types">;

function itemOf({ name, color, anchor, vehicle_types }: Common, kind: DraftItem["kind"], id: string): DraftItem {
  const { forward: forwardName, backward: backwardName } = texts.site.directions;
  return {
    key: `${kind}/${id}`,
    id,
    kind,
    name,
    color,
    points: [],
    anchor,
    vehicleTypes: vehicle_types,
    forwardName,
    backwardName,
  };
}

export function selectedOf(draft: Draft): DraftItem | undefined {
  return draft.items.find(({ key }) => key === draft.selected);
}

// --- changes --------------------------------------------------------------------------------

/** A new one without points, selected. */
export function withNew(draft: Draft, kind: DraftItem["kind"]): Draft {
  const lastNo = draft.lastNo + 1;
  const taken = new Set(draft.items.map(({ name }) => name));
  const nameOf = texts.site.newName[kind];
  let number = 1;
  while (taken.has(nameOf(number))) number++;
  const used = new Set(draft.items.map(({ color }) => color));
  const color = PALETTE.find((each) => !used.has(each)) ?? PALETTE[draft.items.length % PALETTE.length]!;
  const anchor = draft.items[0]?.anchor ?? "bottom_center";
  const added: DraftItem = {
    ...itemOf({ name: nameOf(number), color, anchor, vehicle_types: null }, kind, ""),
    key: `new/${lastNo}`,
    id: null,
  };
  return { ...draft, items: [...draft.items, added], selected: added.key, lastNo };
}

/** Without the selected one; the region of interest always exists. */
export function withoutSelected(draft: Draft): Draft {
  const at = draft.items.findIndex(({ key }) => key === draft.selected);
  if (at < 0 || draft.items[at]!.id === ROI_ID) return draft;
  const items = draft.items.filter((_, other) => other !== at);
  return { ...draft, items, selected: items[Math.max(0, at - 1)]!.key };
}

export function withChange(draft: Draft, change: Partial<DraftItem>): Draft {
  const items = draft.items.map((item) => (item.key === draft.selected ? { ...item, ...change } : item));
  return { ...draft, items };
}

function withPoints(draft: Draft, change: (points: readonly Point[]) => readonly Point[]): Draft {
  return withChange(draft, { points: change(selectedOf(draft)?.points ?? []) });
}

export function withPoint(draft: Draft, point: Point): Draft {
  return withPoints(draft, (points) => [...points, point]);
}

/** On the side after this point. */
export function withPointAfter(draft: Draft, index: number, point: Point): Draft {
  return withPoints(draft, (points) => [...points.slice(0, index + 1), point, ...points.slice(index + 1)]);
}

export function withMoved(draft: Draft, index: number, point: Point): Draft {
  return withPoints(draft, (points) => points.map((old, at) => (at === index ? point : old)));
}

export function withoutPoint(draft: Draft, index: number): Draft {
  return withPoints(draft, (points) => points.filter((_, at) => at !== index));
}

/** Forward becomes backward: the same line the other way round. */
export function withReversed(draft: Draft): Draft {
  return withPoints(draft, (points) => [...points].reverse());
}

/** A point that is added without a pointer: a first shape in the middle, then the middle of the longest side. */
export function withNextPoint(draft: Draft): Draft {
  const item = selectedOf(draft);
  if (!item) return draft;
  const first = item.kind === "gate" ? FIRST_LINE : FIRST_SHAPE;
  const next = first[item.points.length];
  if (next) return withPoint(draft, next);
  const sides = sidesOf(item);
  const longest = sides.reduce((a, b) => (b.length > a.length ? b : a));
  return withPointAfter(draft, longest.after, longest.middle);
}

const FIRST_LINE: readonly Point[] = [
  [0.25, 0.5],
  [0.75, 0.5],
];
const FIRST_SHAPE: readonly Point[] = [
  [0.3, 0.3],
  [0.7, 0.3],
  [0.7, 0.7],
];

export interface Side {
  /** Its first point. */
  after: number;
  middle: Point;
  length: number;
}

export function sidesOf({ kind, points }: Pick<DraftItem, "kind" | "points">): Side[] {
  const isClosed = kind === "zone" && points.length > 2;
  const sides = points.map(([x, y], after): Side => {
    const [nextX, nextY] = points[(after + 1) % points.length]!;
    return { after, middle: [(x + nextX) / 2, (y + nextY) / 2], length: Math.hypot(nextX - x, nextY - y) };
  });
  return isClosed ? sides : sides.slice(0, -1);
}

/** How near, as a fraction of the picture, a point has to be to be drawn to its border or to another point. */
const SNAP = 0.012;

/** A point at the border or at a point of another zone or gate, if it is near. */
export function snapped(draft: Draft, [x, y]: Point): Point {
  const others = draft.items.filter(({ key }) => key !== draft.selected).flatMap(({ points }) => points);
  const near = others.find(([otherX, otherY]) => Math.abs(otherX - x) < SNAP && Math.abs(otherY - y) < SNAP);
  return near ?? [toBorder(x), toBorder(y)];
}

function toBorder(value: number): number {
  return value < SNAP ? 0 : value > 1 - SNAP ? 1 : value;
}

/** Selects the rectangle on the road, which is put in the middle if there is none. */
export function withScale(draft: Draft): Draft {
  return { ...draft, calibration: draft.calibration ?? FIRST_CALIBRATION, selected: SCALE_KEY };
}

export function withoutScale(draft: Draft): Draft {
  return { ...draft, calibration: null, selected: draft.items[0]!.key };
}

export function withMovedCorner(draft: Draft, index: number, point: Point): Draft {
  return { ...draft, calibration: draft.calibration && withCorner(draft.calibration, index, point) };
}

/** What is counted in another video, to be changed and saved here. */
export function withCopy(draft: Draft, site: Site): Draft {
  return { ...draftOf(site), lastNo: draft.lastNo };
}

// --- checks ---------------------------------------------------------------------------------

export interface DraftProblem {
  key: string;
  text: string;
}

/** The first reason why the draft cannot be saved; that of the selected one before others. */
export function problemOf(draft: Draft): DraftProblem | null {
  const scaleText = draft.calibration && calibrationProblem(draft.calibration);
  if (scaleText) {
    const { problems, scale } = texts.site;
    const text = draft.selected === SCALE_KEY ? scaleText : problems.of(scale.title, scaleText);
    return { key: SCALE_KEY, text };
  }
  const selectedFirst = [...draft.items].sort((a, b) => Number(b.key === draft.selected) - Number(a.key === draft.selected));
  for (const item of selectedFirst) {
    const text = itemProblem(draft, item);
    if (text) return { key: item.key, text: item.key === draft.selected ? text : texts.site.problems.of(item.name, text) };
  }
  const most = (kind: DraftItem["kind"]): number => draft.items.filter((item) => item.kind === kind).length;
  if (Math.max(most("zone"), most("gate")) <= MAX_PLACES) return null;
  return { key: draft.selected, text: texts.site.problems.tooMany(MAX_PLACES) };
}

function itemProblem(draft: Draft, item: DraftItem): string | null {
  const name = item.name.trim();
  const { problems } = texts.site;
  if (!name) return problems.noName;
  const isTaken = draft.items.some((other) => other.key !== item.key && other.kind === item.kind && other.name.trim() === name);
  if (isTaken) return problems.nameTaken[item.kind](name);
  if (item.vehicleTypes?.length === 0) return problems.noTypes;
  if (item.kind === "gate") {
    if (!item.forwardName.trim() || !item.backwardName.trim()) return problems.noDirections;
    return lineProblem(item.points);
  }
  if (item.id !== ROI_ID && !item.points.length) return problems.noPoints;
  return polygonProblem(item.points);
}

// --- to draw and to save --------------------------------------------------------------------

export function draftShapes(draft: Draft, problem: DraftProblem | null): Shape[] {
  // The grid on the road has to be seen.
  if (draft.selected === SCALE_KEY) return [];
  return draft.items
    .filter(({ points }) => points.length > 0)
    .map(({ key, kind, name, color, points }) => ({
      key: key as Shape["key"],
      kind,
      name,
      color: problem?.key === key && points.length > 2 ? "#ffb020" : color,
      points,
      isWhole: false,
    }));
}

/** A site is replaced as a whole, so that a half of a change is never stored. */
export function fileOf(draft: Draft): SiteFile {
  return {
    type: "FeatureCollection",
    features: draft.items.map(featureOf),
    movements: [...draft.movements],
    calibration: draft.calibration,
  };
}

function featureOf(item: DraftItem): SiteFeature {
  const points = item.points.map(([x, y]): Point => [x, y]);
  const common = { name: item.name.trim(), color: item.color, anchor: item.anchor, vehicle_types: item.vehicleTypes };
  const id = item.id === null ? {} : { id: item.id };
  if (item.kind === "zone") {
    const coordinates: [Point[]] = [points.length ? points : WHOLE];
    return { type: "Feature", ...id, properties: common, geometry: { type: "Polygon", coordinates } };
  }
  const names = {
    forward_name: storedDirectionName(item.forwardName.trim()),
    backward_name: storedDirectionName(item.backwardName.trim()),
  };
  const geometry = { type: "LineString", coordinates: points } as const;
  return { type: "Feature", ...id, properties: { ...common, ...names }, geometry };
}

export function isChanged(draft: Draft, site: Site): boolean {
  return JSON.stringify(fileOf(draft)) !== JSON.stringify(fileOf(draftOf(site)));
}
