/** Addresses of the HTTP API. */
export const urls = {
  videos: "/api/videos",
  page: (limit: number, cursor: string | null) =>
    `/api/videos?limit=${limit}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
  video: (id: string) => `/api/videos/${encodeURIComponent(id)}`,
  file: (id: string) => `${urls.video(id)}/file`,
  metrics: (id: string) => `${urls.video(id)}/metrics`,
  vehicles: (id: string) => `${urls.video(id)}/vehicles`,
  vehiclesCsv: (id: string) => `${urls.video(id)}/vehicles?format=csv`,
  joins: "/api/joins",
  join: (id: string) => `/api/joins/${encodeURIComponent(id)}`,
  analysis: (id: string) => `${urls.video(id)}/analysis`,
};
