/** Query keys. Invalidating a key also refetches the longer ones that begin with it. */
export const keys = {
  videos: ["videos"] as const,
  video: (id: string) => ["video", id] as const,
  file: (id: string, fps: number | undefined) => ["video", id, "file", fps] as const,
  metrics: (id: string) => ["metrics", id] as const,
  cardMetrics: (id: string, status: string) => ["metrics", id, "card", status] as const,
  vehicles: (id: string) => ["vehicles", id] as const,
  deleteVideo: ["delete-video"] as const,
};
