import { useMutation, useQueryClient } from "@tanstack/react-query";
import { send } from "../api/http";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import type { Folder, FolderName, Video, VideosToMove } from "../contract";

/** Of one request. */
const MOVED_AT_ONCE = 1000;

/** A change of the folders; they, and the lists of videos, are requested again whatever became of it. */
function useChange<Variables, Answer>(change: (variables: Variables) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => Promise.all([keys.folders, keys.videos].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

export function useAddFolder() {
  return useChange((name: string) => addFolder(name));
}

export function useRenameFolder() {
  return useChange(({ id, name }: { id: string; name: string }) =>
    send<Folder>("PATCH", urls.folder(id), { name } satisfies FolderName),
  );
}

export function useDeleteFolder() {
  return useChange((id: string) => send("DELETE", urls.folder(id)));
}

export function useMoveVideos() {
  return useChange(({ videos, into }: { videos: readonly Video[]; into: string }) => moveVideos(videos, into));
}

async function moveVideos(videos: readonly Video[], into: string): Promise<void> {
  for (let at = 0; at < videos.length; at += MOVED_AT_ONCE) {
    const video_ids = videos.slice(at, at + MOVED_AT_ONCE).map((video) => video.id);
    await send("PUT", urls.videosOfFolder(into), { video_ids } satisfies VideosToMove);
  }
}

async function addFolder(name: string): Promise<Folder> {
  return (await send<Folder>("POST", urls.folders, { name } satisfies FolderName))!;
}
