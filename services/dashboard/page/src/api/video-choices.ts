import { useQuery } from "@tanstack/react-query";
import type { Video, VideoPage } from "../contract";
import { getJson } from "./http";
import { urls } from "./urls";

/** The largest page of the API. */
const CHOICES = 200;
const EVERY_MS = 10_000;

/** The newest videos, to choose one of them. */
export function useVideoChoices(): readonly Video[] {
  const page = useQuery({
    queryKey: ["video-choices"],
    queryFn: ({ signal }) => getJson<VideoPage>(urls.newest(CHOICES), signal),
    refetchInterval: EVERY_MS,
  });
  return page.data?.items ?? [];
}
