import { type QueryClient, useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import type { EngineChoice, SiteChange, SiteFile, Video, VideoFileInfo, VideoFilePatch } from "../contract";
import { useToast } from "../ui/toasts";
import { reasonOf, RequestFailed, send } from "./http";
import { keys } from "./keys";
import type { VideoPages } from "./queries";
import { urls } from "./urls";

/** Deletes a video. It is hidden while the request runs (`useDeletions`), and shown again if it is refused. */
export function useDeleteVideo() {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationKey: keys.deleteVideo,
    mutationFn: (video: Video) => deleteVideo(video.id),
    onSuccess: (_, video) => dropFromList(client, video.id),
    onError: (error, video) => toast({ tone: "bad", text: `“${video.name}” was not deleted. ${reasonOf(error)}` }),
  });
}

/** A 404 counts as success: another viewer has deleted the video meanwhile. */
async function deleteVideo(id: string): Promise<void> {
  try {
    await send("DELETE", urls.video(id));
  } catch (error) {
    if (!(error instanceof RequestFailed && error.status === 404)) throw error;
  }
}

/** Ids of the videos that are being deleted. */
export function useDeletions(): Set<string> {
  const videos = useMutationState({
    filters: { mutationKey: keys.deleteVideo, status: "pending" },
    select: (mutation) => (mutation.state.variables as Video).id,
  });
  return new Set(videos);
}

async function dropFromList(client: QueryClient, id: string): Promise<void> {
  // The response of a list requested before the deletion would bring the card back.
  await client.cancelQueries({ queryKey: keys.videos });
  client.setQueryData<VideoPages>(
    keys.videos,
    (known) =>
      known && {
        ...known,
        pages: known.pages.map((page) => ({ ...page, items: page.items.filter((video) => video.id !== id) })),
      },
  );
  client.removeQueries({ queryKey: keys.metrics(id) });
  void client.invalidateQueries({ queryKey: keys.videos });
}

interface SiteEdit {
  file: SiteFile;
  /** Of the site that was edited; null: replace whatever it is now. */
  etag: string | null;
}

/** Replaces zones, gates and movements as a whole. */
export function useSaveSite(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ file, etag }: SiteEdit) => send<SiteChange>("PUT", urls.site(id), file, etag),
    onError: () => void client.invalidateQueries({ queryKey: keys.sites(id) }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.results(id) });
      // The region is one of the video, too.
      return Promise.all([
        client.invalidateQueries({ queryKey: keys.video(id) }),
        client.invalidateQueries({ queryKey: keys.sites(id) }),
      ]);
    },
  });
}

/** Chooses the detection engine of the video, from its next run on. */
export function useEngine(id: string) {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (engine: EngineChoice) => send<Video>("PATCH", urls.video(id), { engine }),
    onSuccess: (video) => {
      if (video) client.setQueryData(keys.video(id), video);
    },
    onError: (error) => toast({ tone: "bad", text: reasonOf(error) }),
  });
}

/** Sets the rate of a file without timestamps, from the video's next run on; null: as the file says, or assumed. */
export function useRecordedFps(id: string) {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (rate: number | null) =>
      send<VideoFileInfo>("PATCH", urls.file(id), { recorded_fps: rate } satisfies VideoFilePatch),
    onSuccess: () => {
      toast({ tone: "calm", text: "Rate saved. It applies from the next start." });
      return client.invalidateQueries({ queryKey: keys.video(id) });
    },
  });
}

/** Requests or cancels an analysis in the background. */
export function useAnalysis(id: string) {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (wanted: boolean) => send<unknown>(wanted ? "POST" : "DELETE", urls.analysis(id)),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.video(id) }),
    onError: (error) => toast({ tone: "bad", text: reasonOf(error) }),
  });
}
