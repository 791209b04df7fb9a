/** Query keys; a longer one is refetched with the shorter one it begins with. */
export const keys = {
  videos: ["videos"] as const,
  video: (id: string) => ["video", id] as const,
  metrics: (id: string) => ["metrics", id] as const,
  cardMetrics: (id: string, status: string) => ["metrics", id, "card", status] as const,
  vehicles: (id: string) => ["vehicles", id] as const,
  deleteVideo: ["delete-video"] as const,
};

export const urls = {
  videos: "/api/videos",
  page: (limit: number, cursor: string | null) =>
    `/api/videos?limit=${limit}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
  video: (id: string) => `/api/videos/${encodeURIComponent(id)}`,
  metrics: (id: string) => `${urls.video(id)}/metrics`,
  vehicles: (id: string) => `${urls.video(id)}/vehicles`,
  vehiclesCsv: (id: string) => `${urls.video(id)}/vehicles?format=csv`,
  analysis: (id: string) => `${urls.video(id)}/analysis`,
};
