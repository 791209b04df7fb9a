import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Video } from "../contract";
import { texts } from "../texts";
import { useToast } from "../ui/toasts";
import { reasonOf, send } from "./http";
import { keys } from "./keys";
import { urls } from "./urls";

export function useRename(video: Video) {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (name: string) => send<Video>("PATCH", urls.video(video.id), { name }),
    onSuccess: (renamed) => {
      if (renamed) client.setQueryData(keys.video(video.id), renamed);
      return client.invalidateQueries({ queryKey: keys.videos });
    },
    onError: (error) => toast({ tone: "bad", text: texts.videos.notRenamed(video.name, reasonOf(error)) }),
  });
}

/** Requests analyses one after the other, and says how many were taken and why others were not. */
export function useRequestAnalyses(): (videos: readonly Video[]) => Promise<void> {
  const client = useQueryClient();
  const toast = useToast();
  return async (videos) => {
    const refusals: unknown[] = [];
    for (const { id } of videos) await send("POST", urls.analysis(id)).catch((error: unknown) => refusals.push(error));
    const taken = videos.length - refusals.length;
    if (taken) toast({ tone: "calm", text: texts.videos.analysesRequested(taken) });
    if (refusals.length) toast({ tone: "bad", text: texts.videos.notAnalysed(refusals.length, reasonOf(refusals[0])) });
    await client.invalidateQueries({ queryKey: keys.videos });
  };
}
