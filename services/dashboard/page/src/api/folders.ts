import { useQuery } from "@tanstack/react-query";
import type { Folder, FolderList } from "../contract";
import { getJson } from "./http";
import { keys } from "./keys";
import { urls } from "./urls";

const EVERY_MS = 5000;

/** By name; undefined until they are loaded. */
export function useFolders(): readonly Folder[] | undefined {
  const folders = useQuery({
    queryKey: keys.folders,
    queryFn: ({ signal }) => getJson<FolderList>(urls.folders, signal),
    refetchInterval: EVERY_MS,
  });
  return folders.data?.items;
}
