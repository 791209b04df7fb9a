import { useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys";
import { Link, navigate, paths } from "../routing/router";
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
      <EmptyState
        title={name ? `“${name}” was deleted` : "This video was deleted"}
        text="Somebody deleted it with all its results. The list of videos opens in a moment."
      >
        <Link className="button" href={paths.list}>
          All videos
        </Link>
      </EmptyState>
    </div>
  );
}
