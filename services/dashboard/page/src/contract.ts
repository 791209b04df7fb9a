/** The wire shapes of `libs/contracts` (`values.py`, `http.py`, `channel.py`), written by hand. */

// --- values ---------------------------------------------------------------------------------

/** x and y as fractions of the picture, from the top left. */
export type Point = [x: number, y: number];
export type VehicleType = "car" | "truck" | "bus" | "motorcycle" | "bicycle" | "vehicle";
export type ExitReason = "left" | "track_lost" | "end_of_video";
export type Anchor = "bottom_center" | "center";
export type EngineChoice = "auto" | "model" | "motion";

export const MIN_ROI_POINTS = 3;
export const MAX_ROI_POINTS = 64;
export const MIN_GATE_POINTS = 2;
export const MAX_GATE_POINTS = 16;
/** Zones or gates of one video. */
export const MAX_PLACES = 64;

export interface Zone {
  zone_id: string;
  polygon: Point[];
}

export interface RunSettings {
  zones: Zone[];
  anchor: Anchor;
  duration_s: number;
  frames_per_second: number;
  detector_model: string;
  suggested_engine: EngineChoice | null;
}

/** Over closed visits, in seconds of video time. */
export interface DwellTime {
  visits: number;
  mean_s: number;
  max_s: number;
  total_s: number;
}

export interface Totals {
  total_vehicles_count: number;
  current_vehicles_count: number;
  visits_count: number;
  vehicle_type: Partial<Record<VehicleType, number>>;
  vehicle_dwell_time: DwellTime;
}

export interface Coverage {
  analysed_s: number;
  duration_s: number;
  fraction: number;
}

// --- HTTP -----------------------------------------------------------------------------------

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  instance: string | null;
}

export type VideoStatus = "ready" | "streaming" | "paused" | "finished" | "failed";

export interface CalibrateCoordinates {
  image_points: [Point, Point, Point, Point];
  side_lengths_m: [number, number, number, number];
}

/** `roi`, `file_path` and `calibrate_coordinates` are for integrators; the page does not show them as fields. */
export interface Video {
  id: string;
  name: string;
  status: VideoStatus;
  status_reason: string | null;
  duration_s: number;
  fps: number;
  width: number;
  height: number;
  size_bytes: number;
  created_at: string;
  thumbnail_url: string;
  content_url: string;
  anchor: Anchor;
  engine: EngineChoice;
  analysis: { requested_at: string } | null;
  roi: Point[] | null;
  file_path: string;
  calibrate_coordinates: CalibrateCoordinates | null;
}

/** Newest first; `next_cursor` is null on the last page. */
export interface VideoPage {
  items: Video[];
  next_cursor: string | null;
}

export interface VideoPatch {
  name?: string;
  roi?: Point[] | null;
  anchor?: Anchor;
  engine?: EngineChoice;
  calibrate_coordinates?: CalibrateCoordinates | null;
}

/** What the file turned out to be; `notes` are for a person. */
export interface VideoFileInfo {
  fps: number;
  /** It has no usable timestamps: pictures are counted at `fps`, and `recorded_fps` may be set. */
  is_counted: boolean;
  /** Null: as the file says, or assumed. */
  recorded_fps: number | null;
  notes: string[];
}

export interface VideoFilePatch {
  recorded_fps: number | null;
}

export const MIN_RECORDED_FPS = 0.01;
export const MAX_RECORDED_FPS = 1000;

export interface JoinRequest {
  video_ids: string[];
  delete_originals: boolean;
}

export interface JoinedRecording {
  video_id: string;
  name: string;
  at_s: number;
}

export interface JoinedVideo {
  video_id: string;
  name: string;
  recordings: JoinedRecording[];
}

/** Recordings that are joined into one video wherever they follow one another. */
export interface Join {
  id: string;
  state: "waiting" | "joining" | "finished" | "failed";
  progress: number;
  joined: JoinedVideo[];
  notes: string[];
  problem: Problem | null;
}

export type Source = "redis" | "sql" | "none";

export interface VideoMetrics extends Totals {
  video_id: string;
  run_id: string | null;
  source: Source;
  state: "none" | "running" | "finished";
  coverage: Coverage;
  detector_model: string | null;
  /** Set when the run's model detects almost nothing where objects move. */
  suggested_engine: EngineChoice | null;
  started_at: string | null;
  finished_at: string | null;
}

/** One visit; the last three times and the reason are null while the vehicle is inside. */
export interface Vehicle {
  vehicle_id: number;
  visit_no: number;
  zone_id: string;
  vehicle_type: VehicleType;
  entered_at_s: number;
  left_at_s: number | null;
  vehicle_dwell_time_s: number | null;
  exit_reason: ExitReason | null;
  born_inside: boolean;
}

export interface VehicleList {
  video_id: string;
  run_id: string | null;
  source: Source;
  items: Vehicle[];
}

export interface Run extends Totals {
  run_id: string;
  video_id: string;
  started_at: string;
  finished_at: string;
  coverage: Coverage;
  settings: RunSettings;
}

/** Newest first. */
export interface RunList {
  items: Run[];
}

// --- zones and gates ------------------------------------------------------------------------

export interface SiteZone {
  zone_id: string;
  name: string;
  /** `#rrggbb` */
  color: string;
  polygon: Point[];
  anchor: Anchor;
  /** The types that count; null: all. */
  vehicle_types: string[] | null;
}

export interface Gate {
  gate_id: string;
  name: string;
  color: string;
  points: Point[];
  anchor: Anchor;
  vehicle_types: string[] | null;
  forward_name: string;
  backward_name: string;
}

export interface MovementStep {
  gate_id: string;
  direction: "forward" | "backward" | null;
}

export interface Movement {
  movement_id: string;
  name: string;
  steps: MovementStep[];
}

/** What is counted in a video; the first zone is the region of interest. */
export interface Site {
  zones: SiteZone[];
  gates: Gate[];
  movements: Movement[];
}

/** A zone (a polygon) or a gate (a line) in a file that replaces a site. */
export interface SiteFeature {
  type: "Feature";
  id?: string;
  properties: {
    name: string;
    color: string;
    anchor: Anchor;
    vehicle_types: string[] | null;
    forward_name?: string;
    backward_name?: string;
  };
  geometry: { type: "Polygon"; coordinates: [Point[]] } | { type: "LineString"; coordinates: Point[] };
}

export interface SiteFile {
  type: "FeatureCollection";
  features: SiteFeature[];
  movements: Movement[];
}

export interface SiteChange {
  revision: number;
  site: Site;
  /** For a person: when the video is counted with it. */
  note: string;
}

export interface CountedWith {
  run_id: string;
  revision: number;
  counted_at: string;
}

export interface VideoRecount {
  video_id: string;
  state: "none" | "waiting" | "running" | "finished" | "cancelled" | "failed";
  detail: string;
  progress: number;
}

/** By type; of custom models, too. */
export type TypeCounts = Record<string, number>;

export interface ZoneResults {
  zone_id: string;
  name: string;
  total_vehicles_count: number;
  current_vehicles_count: number;
  visits_count: number;
  vehicle_type: TypeCounts;
  vehicle_dwell_time: DwellTime;
  stops_count: number;
  parked_visits_count: number;
  longest_queue: number;
  mean_speed_kmh: number | null;
}

export interface DirectionResults {
  name: string;
  total: number;
  vehicle_type: TypeCounts;
  mean_speed_kmh: number | null;
}

export interface GateResults {
  gate_id: string;
  name: string;
  forward: DirectionResults;
  backward: DirectionResults;
}

/** Empty until the first recount of the video is finished. */
export interface VideoResults {
  video_id: string;
  counted_with: CountedWith | null;
  recount: VideoRecount;
  zones: ZoneResults[];
  gates: GateResults[];
}

/** What one column of a table counts; null: it is not divided by this. */
export interface SeriesKey {
  gate: string | null;
  zone: string | null;
  movement: string | null;
  direction: "forward" | "backward" | null;
  direction_name: string | null;
  vehicle_type: string | null;
  group: string | null;
}

export interface CountsRow {
  /** Since the start of the video; below 0 where the interval begins before it. */
  from_s: number;
  to_s: number;
  /** By the clock of the camera; null where it is not known when the video was recorded. */
  starts_at: string | null;
  ends_at: string | null;
  observed_share: number;
  /** In the order of `series`; null: nothing of the interval was analysed. */
  counts: (number | null)[];
  total: number | null;
}

export interface PeakHourOf {
  /** Null: of everything. */
  item: string | null;
  from_s: number;
  to_s: number;
  starts_at: string | null;
  ends_at: string | null;
  total: number;
  peak_hour_factor: number | null;
  heavy_share: number | null;
}

/** Counts by interval. */
export interface CountsTable {
  series: SeriesKey[];
  rows: CountsRow[];
  totals: number[];
  total: number;
  peak_hours: PeakHourOf[];
  notes: string[];
}

export interface VisitRow {
  zone_id: string;
  row_no: number;
  visit_no: number;
  entered_at_s: number;
  left_at_s: number;
  is_parked: boolean;
}

export interface VisitPage {
  items: VisitRow[];
  next_cursor: string | null;
}

// --- WebSocket ------------------------------------------------------------------------------

export interface ClientMessage {
  type: "subscribe" | "unsubscribe" | "start" | "stop";
  video_id: string;
}

export interface Subscribed {
  type: "subscribed" | "unsubscribed";
  video_id: string;
}

export interface State {
  type: "state";
  video_id: string;
  state: "starting" | "streaming" | "paused" | "finished" | "failed" | "deleted";
  reason: string | null;
}

export interface Metrics {
  type: "metrics";
  video_id: string;
  run_id: string;
  batch_no: number;
  totals: Totals;
  coverage: Coverage;
}

export interface ZoneCounts {
  zone_id: string;
  total_vehicles_count: number;
  current_vehicles_count: number;
  visits_count: number;
  vehicle_type: TypeCounts;
  vehicle_dwell_time: DwellTime;
}

export interface GateCounts {
  gate_id: string;
  forward: TypeCounts;
  backward: TypeCounts;
}

/** The live numbers of zones and gates; sent if there are any. */
export interface Counts {
  type: "counts";
  video_id: string;
  run_id: string;
  batch_no: number;
  counts: { zones: ZoneCounts[]; gates: GateCounts[] };
}

/** The finished run is counted again, or the results of its zones and gates are other ones now. */
export interface Recount {
  type: "recount";
  video_id: string;
  run_id: string;
  revision: number;
  state: "requested" | "finished";
}

export interface ChannelError {
  type: "error";
  code: "malformed" | "unknown_type" | "not_subscribed" | "video_not_found" | "unavailable";
  message: string;
  video_id: string | null;
}

export type ServerMessage = Subscribed | State | Metrics | Counts | Recount | ChannelError;

export interface FrameBox {
  track_id: number;
  /** Its number in the table of vehicles; null until it has entered the region. */
  vehicle_id: number | null;
  vehicle_type: VehicleType;
  confidence: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  inside: boolean;
}

export interface FrameHeader {
  video_id: string;
  run_id: string;
  frame_number: number;
  timestamp_s: number;
  boxes: FrameBox[];
}
