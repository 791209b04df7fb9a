/** Addresses of the HTTP API. */
export const urls = {
  videos: "/api/videos",
  page: (limit: number, cursor: string | null) =>
    `/api/videos?limit=${limit}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
  video: (id: string) => `/api/videos/${encodeURIComponent(id)}`,
  file: (id: string) => `${urls.video(id)}/file`,
  metrics: (id: string) => `${urls.video(id)}/metrics`,
  runs: (id: string, limit: number) => `${urls.video(id)}/runs?limit=${limit}`,
  vehicles: (id: string, runId: string) => `${urls.video(id)}/vehicles?run_id=${encodeURIComponent(runId)}`,
  vehiclesCsv: (id: string, runId: string) => `${urls.vehicles(id, runId)}&format=csv`,
  site: (id: string) => `${urls.video(id)}/site`,
  results: (id: string) => `${urls.video(id)}/results`,
  counts: (id: string, interval: string, by: string, format: "json" | "csv" | "xlsx", site?: string) => {
    const query = new URLSearchParams({ interval, by, format, ...(site && format === "xlsx" ? { site } : {}) });
    return `${urls.video(id)}/counts?${query}`;
  },
  roiVisits: (id: string) => `${urls.video(id)}/visits?zone=roi&limit=1000`,
  joins: "/api/joins",
  join: (id: string) => `/api/joins/${encodeURIComponent(id)}`,
  analysis: (id: string) => `${urls.video(id)}/analysis`,
};
