import { useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys";
import { Link, navigate, paths } from "../routing/router";
import { texts } from "../texts";
import { EmptyState } from "../ui/empty-state";

/** Long enough to read why. */
const LEAVE_MS = 4000;

/** Says that somebody deleted the open video, then leaves for the list. */
export function DeletedVideo({ name }: { name: string | undefined }) {
  const client = useQueryClient();
  useEffect(() => {
    void client.invalidateQueries({ queryKey: keys.videos });
    const timer = setTimeout(() => navigate(paths.list), LEAVE_MS);
    return () => clearTimeout(timer);
  }, [client]);
  return (
    <div role="alert" data-testid="deleted-video">
      <EmptyState isPage title={name ? texts.numbers.deletedNamed(name) : texts.numbers.deleted} text={texts.numbers.deletedText}>
        <Link className="button" href={paths.list}>
          {texts.app.allVideos}
        </Link>
      </EmptyState>
    </div>
  );
}
