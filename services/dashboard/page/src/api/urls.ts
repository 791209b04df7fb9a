/** Addresses of the HTTP API. */
export const urls = {
  apiDescription: "/api/openapi.json",
  videos: "/api/videos",
  newest: (limit: number) => `/api/videos?limit=${limit}`,
  uploads: (folderId: string | null) => into("/api/uploads", folderId),
  upload: (id: string) => `/api/uploads/${encodeURIComponent(id)}`,
  downloads: (folderId: string | null) => into("/api/downloads", folderId),
  download: (id: string) => `/api/downloads/${encodeURIComponent(id)}`,
  folders: "/api/folders",
  folder: (id: string) => `/api/folders/${encodeURIComponent(id)}`,
  videosOfFolder: (id: string) => `${urls.folder(id)}/videos`,
  video: (id: string) => `/api/videos/${encodeURIComponent(id)}`,
  file: (id: string) => `${urls.video(id)}/file`,
  metrics: (id: string) => `${urls.video(id)}/metrics`,
  runs: (id: string, limit: number) => `${urls.video(id)}/runs?limit=${limit}`,
  vehicles: (id: string, runId: string) => `${urls.video(id)}/vehicles?run_id=${encodeURIComponent(runId)}`,
  vehiclesFile: (id: string, runId: string, format: "csv" | "xlsx" | "json") => `${urls.vehicles(id, runId)}&format=${format}`,
  site: (id: string) => `${urls.video(id)}/site`,
  results: (id: string) => `${urls.video(id)}/results`,
  counts: (id: string, interval: string, by: string, format: "json" | "csv" | "xlsx", site?: string) => {
    const query = new URLSearchParams({ interval, by, format, ...(site && format === "xlsx" ? { site } : {}) });
    return `${urls.video(id)}/counts?${query}`;
  },
  roiVisits: (id: string) => `${urls.video(id)}/visits?zone=roi&limit=1000`,
  flows: (id: string, format: "json" | "csv") => `${urls.video(id)}/flows?format=${format}`,
  detections: (id: string, runId: string, fromS: number, toS: number) =>
    `${urls.video(id)}/detections?run_id=${encodeURIComponent(runId)}&from_s=${fromS}&to_s=${toS}`,
  evidence: (id: string, runId: string) => `${urls.video(id)}/evidence?run_id=${encodeURIComponent(runId)}`,
  sightings: (id: string, runId: string) => `${urls.video(id)}/detections/visits?run_id=${encodeURIComponent(runId)}`,
  /** The picture that is shown at a moment. */
  picture: (id: string, atS: number, width: number) => `${urls.video(id)}/picture?at_s=${Number(atS.toFixed(3))}&width=${width}`,
  /** A part of it. */
  crop: (id: string, atS: number, width: number, part: Record<"left" | "top" | "right" | "bottom", number>) =>
    `${urls.picture(id, atS, width)}&left=${part.left}&top=${part.top}&right=${part.right}&bottom=${part.bottom}`,
  marks: (id: string, runId: string) => `${urls.video(id)}/runs/${encodeURIComponent(runId)}/marks`,
  mark: (id: string, runId: string, visit: { vehicle_id: number; visit_no: number; zone_id: string }) =>
    `${urls.marks(id, runId)}/${visit.vehicle_id}/${visit.visit_no}?zone=${encodeURIComponent(visit.zone_id)}`,
  missed: (id: string, runId: string) => `${urls.video(id)}/runs/${encodeURIComponent(runId)}/missed`,
  alerts: (id: string, limit: number) => `${urls.video(id)}/alerts?limit=${limit}`,
  acknowledge: (id: string, alertId: string) => `${urls.video(id)}/alerts/${encodeURIComponent(alertId)}/acknowledge`,
  alertRules: (id: string) => `${urls.video(id)}/alert-rules`,
  alertRule: (id: string, ruleId: string) => `${urls.alertRules(id)}/${encodeURIComponent(ruleId)}`,
  alertReplay: (id: string) => `${urls.video(id)}/alert-replay`,
  joins: "/api/joins",
  join: (id: string) => `/api/joins/${encodeURIComponent(id)}`,
  analysis: (id: string) => `${urls.video(id)}/analysis`,
  session: "/api/session",
  code: "/api/session/code",
  password: "/api/session/password",
  loginMethods: "/api/session/methods",
  provider: "/api/session/provider",
  providerAnswer: "/api/session/provider/answer",
  webhooks: "/api/webhooks",
  webhook: (id: string) => `/api/webhooks/${encodeURIComponent(id)}`,
  webhookTest: (id: string) => `${urls.webhook(id)}/test`,
  webhookSecret: (id: string) => `${urls.webhook(id)}/secret`,
  deliveries: (id: string, before: number | null) =>
    `${urls.webhook(id)}/deliveries${before === null ? "" : `?before=${before}`}`,
  deliveryRetry: (id: string, deliveryId: string) => `${urls.webhook(id)}/deliveries/${encodeURIComponent(deliveryId)}/retry`,
  storage: "/api/storage",
  status: "/api/status",
  users: "/api/users",
  user: (id: string) => `/api/users/${encodeURIComponent(id)}`,
  tokens: "/api/tokens",
  token: (id: string) => `/api/tokens/${encodeURIComponent(id)}`,
  links: "/api/links",
  link: (id: string) => `/api/links/${encodeURIComponent(id)}`,
  audit: (limit: number, before: number | null) => `/api/audit?limit=${limit}${before === null ? "" : `&before=${before}`}`,
  auditFile: "/api/audit.jsonl",
};

function into(url: string, folderId: string | null): string {
  return folderId === null ? url : `${url}?folder=${encodeURIComponent(folderId)}`;
}
