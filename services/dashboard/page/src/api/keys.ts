/** Query keys. Invalidating a key also refetches the longer ones that begin with it. */
export const keys = {
  videos: ["videos"] as const,
  video: (id: string) => ["video", id] as const,
  file: (id: string, fps: number | undefined) => ["video", id, "file", fps] as const,
  metrics: (id: string) => ["metrics", id] as const,
  cardMetrics: (id: string, status: string) => ["metrics", id, "card", status] as const,
  runs: (id: string) => ["runs", id] as const,
  newestRun: (id: string, status: string) => ["runs", id, "newest", status] as const,
  vehicles: (id: string) => ["vehicles", id] as const,
  vehiclesOf: (id: string, runId: string | null) => ["vehicles", id, runId] as const,
  site: (id: string, roi?: unknown) => ["site", id, roi ?? null] as const,
  sites: (id: string) => ["site", id] as const,
  counts: (id: string) => ["counts", id] as const,
  results: (id: string) => ["results", id] as const,
  resultsOf: (id: string, runId: string | null) => ["results", id, runId] as const,
  counted: (id: string, interval: string, by: string, countedAt: string) =>
    ["counted", id, interval, by, countedAt] as const,
  visits: (id: string, countedAt: string | null) => ["visits", id, countedAt] as const,
  deleteVideo: ["delete-video"] as const,
};
