import { type QueryClient, useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import type {
  EngineChoice,
  MarkRequest,
  MissedRequest,
  RunMarks,
  SiteChange,
  SiteFile,
  Video,
  VideoFileInfo,
  VideoFilePatch,
  VisitMark,
} from "../contract";
import { texts } from "../texts";
import { useToast } from "../ui/toasts";
import { reasonOf, RequestFailed, send } from "./http";
import { keys } from "./keys";
import { urls } from "./urls";
import { dropFromWindows } from "./video-list";

/** Deletes a video. It is hidden while the request runs (`useDeletions`), and shown again if it is refused. */
export function useDeleteVideo() {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationKey: keys.deleteVideo,
    mutationFn: (video: Video) => deleteVideo(video.id),
    onSuccess: (_, video) => dropFromList(client, video.id),
    onError: (error, video) => toast({ tone: "bad", text: texts.app.notDeleted(video.name, reasonOf(error)) }),
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
  dropFromWindows(client, id);
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
      toast({ tone: "calm", text: texts.app.rateSaved });
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

export type VisitName = Pick<VisitMark, "vehicle_id" | "visit_no" | "zone_id">;

/** A change of the marks of a run; each is answered with all of them. */
export type MarkChange = { visit: VisitName; mark: MarkRequest | null } | { missed: MissedRequest } | { missedId: number };

export function useMarkChange(id: string, runId: string | null) {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (change: MarkChange) => sendMark(id, runId ?? "", change),
    onSuccess: (marks) => {
      if (marks) client.setQueryData(keys.marks(id, runId), marks);
    },
    onError: (error) => {
      toast({ tone: "bad", text: reasonOf(error) });
      void client.invalidateQueries({ queryKey: keys.marks(id, runId) });
    },
  });
}

function sendMark(id: string, runId: string, change: MarkChange): Promise<RunMarks | null> {
  if ("missed" in change) return send<RunMarks>("POST", urls.missed(id, runId), change.missed);
  if ("missedId" in change) return send<RunMarks>("DELETE", `${urls.missed(id, runId)}/${change.missedId}`);
  const url = urls.mark(id, runId, change.visit);
  return change.mark ? send<RunMarks>("PUT", url, change.mark) : send<RunMarks>("DELETE", url);
}
