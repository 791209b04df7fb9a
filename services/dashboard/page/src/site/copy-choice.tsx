import { useMutation } from "@tanstack/react-query";
import { getVersioned, reasonOf } from "../api/http";
import { urls } from "../api/urls";
import { useVideoChoices } from "../api/video-choices";
import type { Site, Video } from "../contract";
import { texts } from "../texts";
import { useToast } from "../ui/toasts";
import { VideoSelect } from "../ui/video-select";
import type { SiteDraft } from "./use-site-draft";

/** Takes over what is counted in another video, as of the same camera; it is saved with the rest. */
export function CopyChoice({ editor }: { editor: SiteDraft }) {
  const toast = useToast();
  const others = useVideoChoices().filter(({ id }) => id !== editor.videoId);
  const copying = useMutation({
    mutationFn: (from: Video) => getVersioned<Site>(urls.site(from.id), new AbortController().signal),
    onSuccess: (site, from) => {
      editor.copyFrom(site);
      toast({ tone: "calm", text: texts.site.copy.copied(from.name) });
    },
    onError: (error) => toast({ tone: "bad", text: reasonOf(error) }),
  });
  if (!others.length) return null;
  return (
    <VideoSelect
      label={texts.site.copy.label}
      prompt={texts.site.copy.choose}
      videos={others}
      isDisabled={copying.isPending}
      onChoose={(from) => copying.mutate(from)}
      testId="copy-from"
      className="copy-choice"
    />
  );
}
