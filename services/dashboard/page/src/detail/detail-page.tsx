import { useEffect } from "react";
import { RequestFailed, reasonOf } from "../api/http";
import { useMetrics, useVideo } from "../api/queries";
import { Player } from "../player/player";
import { Link, paths } from "../routing/router";
import { EmptyState } from "../ui/empty-state";
import { DemoBanner } from "./demo-banner";
import { DetailHeader } from "./detail-header";
import { EngineHint } from "./engine-choice";
import { FileNotes } from "./file-notes";
import { MetricsPanel } from "./metrics-panel";
import { VideoStrip } from "./video-strip";
import { Timeline } from "./timeline";
import { VehiclesTable } from "./vehicles-table";

export function DetailPage({ id }: { id: string }) {
  const video = useVideo(id);
  const metrics = useMetrics(id);
  const name = video.data?.name;
  useEffect(() => {
    document.title = name ? `${name} · Onwatch` : "Onwatch";
  }, [name]);
  if (!video.data && video.error) return <NoVideo error={video.error} />;
  return (
    <div className="detail">
      <VideoStrip currentId={id} />
      <div className="stage">
        <DetailHeader id={id} video={video.data} />
        <DemoBanner model={metrics.data?.detector_model ?? null} />
        <EngineHint id={id} video={video.data} metrics={metrics.data} />
        <FileNotes key={id} id={id} video={video.data} />
        <Player videoId={id} video={video.data} />
        <Timeline id={id} metrics={metrics.data} />
      </div>
      <MetricsPanel id={id} video={video.data} metrics={metrics.data} error={metrics.error} />
      <VehiclesTable key={id} id={id} metrics={metrics.data} />
    </div>
  );
}

function NoVideo({ error }: { error: Error }) {
  const missing = error instanceof RequestFailed && error.status === 404;
  return (
    <EmptyState
      title={missing ? "This video does not exist" : "The video could not be loaded"}
      text={missing ? "It may have been deleted." : reasonOf(error)}
    >
      <Link className="button" href={paths.list}>
        All videos
      </Link>
    </EmptyState>
  );
}
