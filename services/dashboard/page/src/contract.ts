/**
 * The wire shapes of `libs/contracts` (`values.py`, `http.py`, `accounts.py`, `webhooks.py`, `status.py`, `channel.py`), written by hand.
 * A test compares fields and types: `libs/contracts/tests/test_page_contract.py`.
 */

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

/** Corners of a shape on the road, and its sides from each corner to the next. */
export interface Calibration {
  image_points: [Point, Point, Point, Point];
  side_lengths_m: [number, number, number, number];
}

export interface Analysis {
  requested_at: string;
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
  analysis: Analysis | null;
  roi: Point[] | null;
  file_path: string;
  calibrate_coordinates: Calibration | null;
}

/** Newest first; `next_cursor` is null on the last page. */
export interface VideoPage {
  items: Video[];
  next_cursor: string | null;
}

export type VideoSort =
  | "-created_at"
  | "created_at"
  | "name"
  | "-name"
  | "-duration_s"
  | "duration_s"
  | "-size_bytes"
  | "size_bytes";

export interface VideoCount {
  count: number;
}

export interface QueuedAnalysis {
  video_id: string;
  /** 1: the next one to begin. */
  position: number;
}

export interface AnalysisQueue {
  items: QueuedAnalysis[];
}

/** The videos next to one in a list, in the order of the list. */
export interface VideoNeighbours {
  before: Video[];
  after: Video[];
}

export interface VideoPatch {
  name?: string;
  roi?: Point[] | null;
  anchor?: Anchor;
  engine?: EngineChoice;
  calibrate_coordinates?: Calibration | null;
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

/** A resumable upload. */
export interface Upload {
  /** Also of the video that it becomes. */
  id: string;
  received_bytes: number;
  state: "receiving" | "checking" | "finished" | "refused";
  /** Set if it was refused. */
  problem: Problem | null;
}

export interface DownloadRequest {
  /** http or https. */
  url: string;
  name?: string;
}

export interface Download {
  /** Also of the video that it becomes. */
  id: string;
  state: "waiting" | "receiving" | "checking" | "finished" | "failed";
  name: string;
  received_bytes: number;
  size_bytes: number | null;
  video_id: string | null;
  problem: Problem | null;
}

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
  calibration: Calibration | null;
  /** Width of the picture divided by its height. */
  aspect_ratio: number;
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
  calibration: Calibration | null;
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

/** A gate or a zone of a flow table. */
export interface Place {
  id: string;
  name: string;
}

export interface FlowCell {
  origin: string;
  destination: string;
  total: number;
  vehicle_type: TypeCounts;
}

/** From where to where. */
export interface VideoFlows {
  places: Place[];
  /** Without empty cells. */
  flows: FlowCell[];
  vehicles_count: number;
}

// --- playback -------------------------------------------------------------------------------

/** Track, index of its type in `types`, then left, top, right and bottom in steps of 1 / `resolution`. */
export type LoggedBoxRow = [number, number, number, number, number, number];

/** What the tracker saw in one analysed picture. */
export interface PictureBoxes {
  at_s: number;
  boxes: LoggedBoxRow[];
}

/** A span of the log of detections of a finished run. */
export interface DetectionsPart {
  run_id: string | null;
  from_s: number;
  to_s: number;
  has_log: boolean;
  resolution: number;
  types: string[];
  pictures: PictureBoxes[];
}

/** The picture and the box in which the vehicle of a visit is seen best. */
export interface VisitSighting {
  vehicle_id: number;
  visit_no: number;
  zone_id: string;
  track_id: number;
  at_s: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface VisitSightings {
  run_id: string | null;
  has_log: boolean;
  items: VisitSighting[];
}

// --- evidence -------------------------------------------------------------------------------

export type Weakness = "unseen" | "gap" | "unsure" | "few" | "broken" | "lost" | "cut_off" | "type";

export type UnknownReason = "nothing_analysed" | "nothing_detected" | "model_detects_too_little";

export interface VisitEvidence {
  zone_id: string;
  vehicle_id: number;
  visit_no: number;
  is_weak: boolean;
  weaknesses: Weakness[];
}

export interface TotalCertainty {
  zone_id: string;
  total_vehicles_count: number;
  low: number;
  high: number | null;
  weak_vehicles_count: number;
  unknown_reason: UnknownReason | null;
}

export interface VideoEvidence {
  run_id: string | null;
  has_log: boolean;
  level: number;
  zones: TotalCertainty[];
  items: VisitEvidence[];
}

// --- marks ----------------------------------------------------------------------------------

export type Verdict = "right" | "wrong" | "twice" | "wrong_type";

export interface MarkRequest {
  verdict: Verdict;
  vehicle_type: VehicleType | null;
}

export interface VisitMark {
  vehicle_id: number;
  visit_no: number;
  zone_id: string;
  verdict: Verdict;
  vehicle_type: VehicleType | null;
}

export interface MissedRequest {
  at_s: number;
  vehicle_type: VehicleType;
}

export interface MissedVehicle {
  missed_id: number;
  at_s: number;
  vehicle_type: VehicleType;
}

export interface CountError {
  person: number;
  system: number;
  /** Null where the person counted nothing. */
  error_percent: number | null;
  geh: number;
}

export interface MarkedAccuracy {
  total: CountError;
  by_type: Partial<Record<VehicleType, CountError>>;
  interval_s: number;
  mape_percent: number | null;
  is_extrapolated: boolean;
}

export interface RunMarks {
  run_id: string;
  marks: VisitMark[];
  missed: MissedVehicle[];
  vehicles_count: number;
  marked_vehicles_count: number;
  /** Null as long as nothing is marked. */
  accuracy: MarkedAccuracy | null;
}

// --- accounts -------------------------------------------------------------------------------

export type Role = "viewer" | "operator" | "administrator";
/** What proves who somebody is. */
export type KeyKind = "session" | "token" | "link" | "login";

/** Who is logged in. */
export interface Session {
  /** False: logins are switched off, and everybody may do everything. */
  is_login_required: boolean;
  /** Null: nobody is logged in. */
  name: string | null;
  role: Role | null;
  kind: KeyKind | null;
  /** Nothing but these videos, and those in `folder_ids`; null: all videos. */
  video_ids: string[] | null;
  /** Missing while there are none. */
  folder_ids?: string[];
  /** After a shared link: the path of the page that it opens. */
  opens: string | null;
  /** The name of the OpenID Connect provider that the account is of; left out for one with a password here. */
  provider?: string;
}

/** How somebody may log in. */
export interface LoginMethods {
  has_passwords: boolean;
  /** The name of the OpenID Connect provider; null: there is none. */
  provider: string | null;
}

/** A login by the provider that has begun. */
export interface ProviderLogin {
  url: string;
}

/** What the provider has added to the address of the page. */
export interface ProviderAnswer {
  state: string;
  code: string | null;
  error: string | null;
  error_description: string | null;
  iss: string | null;
}

export interface PasswordChange {
  current_password: string | null;
  new_password: string;
}

export interface User {
  id: string;
  name: string;
  role: Role;
  video_ids: string[] | null;
  folder_ids?: string[];
  is_disabled: boolean;
  created_at: string;
  last_used_at: string | null;
  /** The name of the OpenID Connect provider that it is of; left out for one with a password here. */
  provider?: string;
}

export interface UserList {
  items: User[];
}

export interface NewUser {
  name: string;
  password: string;
  role: Role;
  video_ids: string[] | null;
  folder_ids?: string[];
}

/** Only what is present is changed. */
export interface UserPatch {
  password?: string;
  role?: Role;
  video_ids?: string[] | null;
  folder_ids?: string[];
  is_disabled?: boolean;
}

/** Of a program. */
export interface Token {
  id: string;
  name: string;
  user_name: string;
  role: Role;
  video_ids: string[] | null;
  folder_ids?: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

export interface TokenList {
  items: Token[];
}

export interface NewToken {
  name: string;
  role: Role;
  video_ids: string[] | null;
  folder_ids?: string[];
  /** Null: it does not expire. */
  expires_in_days: number | null;
}

export interface AddedToken {
  token: Token;
  secret: string;
}

/** Opens one video, or the videos of one folder, to whoever has its address, to read only. */
export interface Link {
  id: string;
  video_id: string | null;
  /** Missing if it opens a video. */
  folder_id?: string;
  moment_s: number | null;
  user_name: string;
  created_at: string;
  expires_at: string;
}

export interface LinkList {
  items: Link[];
}

/** To a video or to a folder. */
export interface NewLink {
  video_id?: string;
  folder_id?: string;
  moment_s: number | null;
  expires_in_hours: number;
}

export interface AddedLink {
  link: Link;
  path: string;
}

export interface AuditEntry {
  id: number;
  at: string;
  name: string;
  role: Role | null;
  kind: KeyKind | null;
  action: string;
  target: string;
  video_id: string | null;
  status: number;
  address: string;
}

export interface AuditPage {
  items: AuditEntry[];
  next_before: number | null;
}

export type WebhookEvent = "video.persisted" | "run.failed" | "alert.raised" | "alert.cleared";
export type DeliveryStatus = "waiting" | "delivered" | "failed";

/** An address to which events are sent. */
export interface Webhook {
  id: string;
  url: string;
  events: WebhookEvent[];
  is_enabled: boolean;
  description: string;
  created_at: string;
}

export interface WebhookList {
  items: Webhook[];
}

export interface NewWebhook {
  url: string;
  events: WebhookEvent[];
  description: string;
}

export interface WebhookPatch {
  is_enabled?: boolean;
}

export interface AddedWebhook {
  webhook: Webhook;
  secret: string;
}

export interface Delivery {
  id: string;
  event: WebhookEvent | "ping";
  at: string;
  attempts_count: number;
  status: DeliveryStatus;
  response_status: number | null;
  problem: string | null;
  next_attempt_at: string | null;
}

export interface DeliveryPage {
  items: Delivery[];
  next_before: number | null;
}

/** Of the files of all videos and unfinished uploads. */
export interface StorageUsage {
  used_bytes: number;
  limit_bytes: number | null;
}

// --- status ---------------------------------------------------------------------------------

export interface SystemProblem {
  code: string;
  text: string;
  facts: Record<string, string | number>;
}

export interface ProcessStatus {
  /** Null: the process that answers. */
  url: string | null;
  failure: string | null;
  service: string | null;
  version: string | null;
  started_at: string | null;
  ready: boolean;
  checks: Record<string, "ok" | "failed">;
}

/** What no process knows is null. */
export interface SystemStatus {
  ok: boolean;
  problems: SystemProblem[];
  processes: ProcessStatus[];
  services_missing: string[];
  videos_demanded: number | null;
  analyses_wanted: number | null;
  runs_active: number | null;
  slots: number | null;
  slots_free: number | null;
  viewers: number | null;
  viewers_with_a_video: number | null;
  outbox_blocked_s: number | null;
  disk_free_bytes: number | null;
  failures_since_start: Record<string, number>;
  dead_letters: number | null;
  dead_letters_oldest_s: number | null;
  /** By queue. */
  dead_lettered_since_start: Record<string, number>;
}

// --- WebSocket ------------------------------------------------------------------------------

export interface ClientMessage {
  type: "subscribe" | "unsubscribe" | "start" | "stop";
  video_id: string;
}

/** Which frames of the subscribed video this page can show. */
export interface Frames {
  type: "frames";
  video_id: string;
  largest_side: number | null;
  max_fps: number | null;
  codecs: string[];
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

/** A rule of the video raised an alert, or an alert is over. */
export interface Alerted {
  type: "alert";
  video_id: string;
  alert_id: string;
  change: "raised" | "cleared";
  rule_name: string;
  place_name: string | null;
  raised_at_s: number;
}

export interface ChannelError {
  type: "error";
  code: "malformed" | "unknown_type" | "not_subscribed" | "video_not_found" | "unavailable";
  message: string;
  video_id: string | null;
}

/** The role of this page may not send that message. */
export interface Refused {
  type: "refused";
  message: string;
  video_id: string;
}

export type ServerMessage = Subscribed | State | Metrics | Counts | Recount | Alerted | ChannelError | Refused;

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

/** Of a frame of a video codec: all but key frames need the one before in their stream. */
export interface VideoFrameHeader extends FrameHeader {
  codec: string;
  stream_id: string;
  sequence: number;
  is_key: boolean;
}

// --- folders --------------------------------------------------------------------------------

/** In place of the id of a folder: the videos that are in no folder. */
export const NO_FOLDER = "none";

export interface Folder {
  id: string;
  name: string;
  created_at: string;
  videos_count: number;
}

/** By name. */
export interface FolderList {
  items: Folder[];
}

export interface FolderName {
  name: string;
}

export interface VideosToMove {
  video_ids: string[];
}

// --- alerts ---------------------------------------------------------------------------------

export type AlertKind = "count" | "stay" | "queue" | "wrong_direction" | "nothing_seen";

/** Of any kind: each has some of the fields. */
export type AlertCondition = {
  kind: AlertKind;
  zone_id?: string | null;
  gate_id?: string | null;
  direction?: "forward" | "backward" | null;
  more_than?: number;
  window_s?: number;
  more_than_s?: number;
  at_least?: number;
  for_s?: number;
  is_standing?: boolean;
  clear_at_most?: number | null;
  clear_after_s?: number;
  /** Null: all. */
  vehicle_types?: string[] | null;
};

export interface AlertRule {
  rule_id: string;
  video_id: string;
  name: string;
  condition: AlertCondition;
  is_enabled: boolean;
  /** Why it raises nothing although it is enabled, for a person. */
  problem: string | null;
}

export interface AlertRuleList {
  items: AlertRule[];
}

export interface Alert {
  alert_id: string;
  rule_id: string;
  rule_name: string;
  condition: AlertCondition;
  /** Null: the whole picture. */
  place_name: string | null;
  raised_at_s: number;
  peak_value: number;
  cleared_at_s: number | null;
  /** Null: it is not cleared. */
  clear_reason: "over" | "end_of_video" | "rule_changed" | "run_discarded" | null;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
}

export interface AlertPage {
  items: Alert[];
  open_count: number;
  unacknowledged_count: number;
}

export interface ReplayedAlert {
  raised_at_s: number;
}

export interface Replay {
  alerts_count: number;
  items: ReplayedAlert[];
}
