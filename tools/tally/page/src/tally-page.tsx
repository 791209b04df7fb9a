import { useEffect } from "react";
import { RequestFailed, reasonOf } from "@dashboard/api/http";
import { EmptyState } from "@dashboard/ui/empty-state";
import { useMarks, useTally } from "./api";
import { Counting } from "./counting";

export function TallyPage() {
  const tally = useTally();
  const marks = useMarks();
  const name = tally.data?.file;
  useEffect(() => {
    document.title = name ? `Tally of ${name} · Onwatch` : "Tally · Onwatch";
  }, [name]);
  if (tally.data && marks.data) return <Counting tally={tally.data} marks={marks.data} />;
  const error = tally.error ?? marks.error;
  if (!error) return <div className="tally skeleton-page" aria-busy="true" />;
  const isElsewhere = error instanceof RequestFailed && error.status === 404;
  return (
    <EmptyState
      title={isElsewhere ? "There is no clip to count here" : "The clip could not be loaded"}
      text={isElsewhere ? "This page belongs to the command “onwatch tally FILE”." : reasonOf(error)}
    />
  );
}
