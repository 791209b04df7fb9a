import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { RequestFailed, reasonOf } from "../api/http";
import { keys } from "../api/keys";
import { useMetrics, useRuns, useSite, useVideo } from "../api/queries";
import type { Video, VideoMetrics } from "../contract";
import { Player } from "../player/player";
import { useMoment } from "../player/use-moment";
import { useWatching } from "../player/use-watching";
import { Link, paths } from "../routing/router";
import { effectOfChange } from "../site/effect-of-change";
import { type PlaceKey, shapesOf } from "../site/shapes";
import { useSiteDraft } from "../site/use-site-draft";
import { useVideoState } from "../state/use-video-state";
import { texts } from "../texts";
import { EmptyState } from "../ui/empty-state";
import { FailureBoundary } from "../ui/failure-boundary";
import { hasPainted, useFirstPaint } from "../ui/first-paint";
import { lazyPart } from "../ui/lazy-part";
import { PartBelow } from "../ui/part-below";
import { DeletedVideo } from "./deleted-video";
import { DemoBanner } from "./demo-banner";
import { DetailHeader } from "./detail-header";
import { EngineHint } from "./engine-choice";
import { FileNotes } from "./file-notes";
import type { IntervalChoice } from "./intervals";
import { MetricsPanel } from "./metrics-panel";
import { runsOf, shownRun } from "./runs";
import { Timeline as PlainTimeline } from "./timeline";
import { usePrinting } from "./use-printing";
import { VideoStrip } from "./video-strip";

// Below what is seen first.
const AlertsPanel = lazyPart(async () => ({ default: memo((await import("../alerts/alerts-panel")).default) }));
const IntervalsPanel = lazyPart(async () => ({ default: (await import("./results")).IntervalsPanel }));
const FlowsPanel = lazyPart(async () => ({ default: (await import("./results")).FlowsPanel }));
const VehiclesTable = lazyPart(async () => ({ default: (await import("./results")).VehiclesTable }));

const Timeline = memo(PlainTimeline);

/** The page of a video; after its deletion the page says so, and leaves. */
export function DetailPage({ id }: { id: string }) {
  const video = useVideo(id);
  const [deleted, setDeleted] = useState<{ id: string; name: string | undefined } | null>(null);
  const name = video.data?.name;
  useEffect(() => {
    document.title = name ? texts.app.titleOf(name) : texts.app.title;
  }, [name]);
  if (deleted?.id === id || (video.data && isMissing(video.error))) {
    return <DeletedVideo name={deleted?.id === id ? deleted.name : name} />;
  }
  if (!video.data && video.error) return <NoVideo error={video.error} />;
  return <OpenVideo id={id} video={video.data} onDeleted={() => setDeleted({ id, name })} />;
}

function OpenVideo({ id, video, onDeleted }: { id: string; video: Video | undefined; onDeleted: () => void }) {
  const watching = useWatching(id, video);
  const metrics = useMetrics(id);
  const list = useRuns(id);
  const { state, progress } = useVideoState(video, metrics.data, metrics.dataUpdatedAt, watching.streamState);
  const [choice, setChoice] = useState<{ id: string; runId: string } | null>(null);
  const isKnown = metrics.data !== undefined && !list.isPending;
  const runs = useMemo(() => runsOf(metrics.data, list.data), [metrics.data, list.data]);
  const run = isKnown ? shownRun(runs, choice?.id === id ? choice.runId : null) : null;
  const { data: site, isPending: isSitePending } = useSite(id, video);
  const [isOpenedByAddress] = useState(() => !hasPainted());
  const isPending = isOpenedByAddress && (!video || metrics.isPending || list.isPending || isSitePending);
  useFirstPaint(!isPending);
  const shapes = useMemo(() => shapesOf(site), [site]);
  const [highlighted, setHighlighted] = useState<PlaceKey | null>(null);
  const moments = useMoment(id);
  const editing = useSiteDraft(id, site);
  // One that was never there was not deleted: its request is refused in a moment.
  const isDeleted = state.kind === "deleted" && video !== undefined;
  const [intervals, setIntervals] = useState<{ id: string; choice: IntervalChoice } | null>(null);
  const chosenIntervals = intervals?.id === id ? intervals.choice : null;
  const { Report, print } = usePrinting();
  useRefetchOnNewRun(id, metrics.data);
  useEffect(() => {
    if (isDeleted) onDeleted();
  }, [isDeleted, onDeleted]);
  const page = (
    <div className="detail" data-pending={isPending ? (video ? "parts" : "all") : undefined}>
      {isPending && !video && <div className="awaited skeleton" data-testid="awaited" />}
      <FailureBoundary part={texts.app.videos} className="strip" subject={id}>
        <VideoStrip currentId={id} current={state} />
      </FailureBoundary>
      <div className="stage">
        <DetailHeader id={id} video={video} state={state} onPrint={print} />
        <DemoBanner model={run?.detector_model ?? null} />
        <EngineHint id={id} video={video} run={run} />
        <FileNotes key={id} id={id} video={video} />
        <FailureBoundary part={texts.player.label} subject={id}>
          <Player
            video={video}
            watching={watching}
            state={state}
            run={run}
            shapes={shapes}
            moments={moments}
            editing={editing}
            effect={effectOfChange(state.kind, runs.finished.length > 0)}
            highlighted={highlighted}
            onHighlight={setHighlighted}
          />
        </FailureBoundary>
        <PartBelow part={texts.detail.charts} className="timeline" subject={id} isReady={!isPending}>
          <Timeline id={id} run={run} onMoment={moments.show} />
        </PartBelow>
        <PartBelow part={texts.numbers.intervals} className="intervals" subject={id} isReady={!isPending}>
          <IntervalsPanel
            {...{ id, video, site, run }}
            choice={chosenIntervals}
            onChoose={(choice) => setIntervals({ id, choice })}
          />
          <FlowsPanel id={id} video={video} run={run} />
        </PartBelow>
        <PartBelow part={texts.alerts.title} className="alerts" subject={id} isReady={!isPending}>
          <AlertsPanel key={id} id={id} site={site} onMoment={moments.show} />
        </PartBelow>
      </div>
      <div className="side">
        <FailureBoundary part={texts.numbers.metrics} className="numbers" subject={id}>
          <MetricsPanel
            id={id}
            video={video}
            state={state}
            progress={progress}
            runs={isKnown ? runs : null}
            run={run}
            site={site}
            highlighted={highlighted}
            onHighlight={setHighlighted}
            onChoose={(runId) => setChoice({ id, runId })}
            error={metrics.data ? null : metrics.error}
          />
        </FailureBoundary>
        <PartBelow part={texts.detail.vehicles} className="vehicles" subject={id} isReady={!isPending}>
          <VehiclesTable key={id} id={id} run={run} isKnown={isKnown} onMoment={moments.show} />
        </PartBelow>
      </div>
    </div>
  );
  return (
    <>
      {page}
      {Report && video && (
        <div className="report-frame">
          <FailureBoundary part={texts.report.title} subject={id}>
            <Report video={video} run={run} site={site} intervals={chosenIntervals} />
          </FailureBoundary>
        </div>
      )}
    </>
  );
}

/** A run that begins or is stored changes the list of runs and its rows, even if no live message arrives. */
function useRefetchOnNewRun(id: string, metrics: VideoMetrics | undefined): void {
  const client = useQueryClient();
  const run = metrics && `${metrics.run_id} ${metrics.state}`;
  const seen = useRef({ id, run });
  useEffect(() => {
    const before = seen.current;
    seen.current = { id, run };
    // What was just opened is requested anyway.
    if (before.id !== id || before.run === undefined || before.run === run) return;
    for (const key of [keys.runs(id), keys.vehicles(id)]) {
      void client.invalidateQueries({ queryKey: key }, { cancelRefetch: false });
    }
  }, [client, id, run]);
}

function isMissing(error: Error | null): boolean {
  return error instanceof RequestFailed && error.status === 404;
}

function NoVideo({ error }: { error: Error }) {
  const missing = isMissing(error);
  return (
    <EmptyState
      isPage
      title={missing ? texts.numbers.missing : texts.numbers.notLoaded}
      text={missing ? texts.numbers.missingText : reasonOf(error)}
    >
      <Link className="button" href={paths.list}>
        {texts.app.allVideos}
      </Link>
    </EmptyState>
  );
}
