import type { MouseEvent } from "react";
import { useCardMetrics, useNewestFinished } from "../api/queries";
import type { Video } from "../contract";
import { type Runs, runsOf } from "../detail/runs";
import { mayAnalyse, mayDelete, mayEditVideo } from "../session/rights";
import { useRight } from "../session/session-context";
import { useVideoState } from "../state/use-video-state";
import type { VideoState } from "../state/video-state";
import { texts } from "../texts";
import { clock, percent } from "../ui/format";
import { EditIcon, TrashIcon } from "../ui/icons";
import { StatusBadge } from "./status-badge";
import { VideoName } from "./video-name";

/** A video in the list, and what can be done with it. */
export interface Item {
  video: Video;
  /** The list could not be requested again. */
  isOutOfDate: boolean;
  isSelected: boolean;
  isRenaming: boolean;
  onSelect: (event: MouseEvent) => void;
  onRename: (isOn: boolean) => void;
  onDelete: () => void;
}

export function useItemState({ video, isOutOfDate }: Item) {
  const metrics = useCardMetrics(video);
  const finished = useNewestFinished(video, metrics.data);
  const { state } = useVideoState(video, metrics.data, metrics.dataUpdatedAt, null, isOutOfDate);
  const runs = runsOf(metrics.data, finished.data);
  return { state, runs, isPending: finished.isLoading, coverage: metrics.data?.coverage.fraction };
}

export function VideoCard(item: Item) {
  const { video } = item;
  const { state, runs, isPending, coverage } = useItemState(item);
  return (
    <article
      className="card"
      data-testid="video-card"
      data-video-id={video.id}
      data-kind={state.kind}
      data-selected={item.isSelected || undefined}
    >
      <div className="thumb">
        <img src={video.thumbnail_url} alt="" loading="lazy" width={video.width} height={video.height} />
        <span className="duration">{state.progress ?? clock(video.duration_s)}</span>
        {coverage !== undefined && <progress className="coverage-edge" value={coverage} aria-hidden="true" />}
      </div>
      <div className="card-body">
        <h2>
          <VideoName video={video} isRenaming={item.isRenaming} onRename={item.onRename} />
        </h2>
        <div className="card-line">
          <StatusBadge state={state} reason={video.status_reason} />
          {state.kind === "failed" && !runs.finished.length ? (
            <span className="card-reason">{video.status_reason}</span>
          ) : (
            <CardNumbers state={state} runs={runs} isPending={isPending} />
          )}
        </div>
      </div>
      <ItemButtons {...item} />
      <SelectBox {...item} />
    </article>
  );
}

/** Nothing for who could do nothing with a selection. */
export function SelectBox({ video, isSelected, onSelect }: Item) {
  if (!useRight(mayAnalyse)) return null;
  return (
    <input
      type="checkbox"
      className="card-select"
      checked={isSelected}
      onClick={onSelect}
      onChange={() => undefined}
      aria-label={texts.videos.select(video.name)}
      data-testid="select-video"
    />
  );
}

export function ItemButtons({ video, onRename, onDelete }: Item) {
  return (
    <div className="card-buttons">
      {useRight(mayEditVideo) && (
        <button
          type="button"
          className="icon-button"
          data-testid="rename-video"
          aria-label={texts.videos.renameNamed(video.name)}
          title={texts.videos.rename}
          onClick={() => onRename(true)}
        >
          <EditIcon />
        </button>
      )}
      {useRight(mayDelete) && (
        <button
          type="button"
          className="icon-button card-delete"
          data-testid="delete-video"
          aria-label={texts.videos.deleteNamed(video.name)}
          title={texts.videos.delete}
          onClick={onDelete}
        >
          <TrashIcon />
        </button>
      )}
    </div>
  );
}

/** The newest finished results, and beside them how far a newer run is. */
export function CardNumbers({ state, runs, isPending }: { state: VideoState; runs: Runs; isPending: boolean }) {
  const { current } = runs;
  const results = runs.finished[0];
  if (isPending || (!results && !current)) return null;
  return (
    <span className="card-numbers" data-testid="card-numbers" data-fed={results ? undefined : state.isFed}>
      {results ? <Vehicles number={results.total_vehicles_count} /> : null}
      {!results && current && <Vehicles number={current.total_vehicles_count} />}
      {!results && current && state.isFed && (
        <>
          , <strong>{current.current_vehicles_count}</strong> {texts.videos.insideWord}
        </>
      )}
      {current && (!results && state.isFed ? null : <span className="card-newer">{newer(results !== undefined, current)}</span>)}
    </span>
  );
}

function Vehicles({ number }: { number: number }) {
  return (
    <>
      <strong>{number}</strong> {texts.videos.vehicleWord(number)}
    </>
  );
}

function newer(hasResults: boolean, { coverage }: NonNullable<Runs["current"]>): string {
  const share = percent(coverage.fraction);
  return `, ${hasResults ? texts.videos.newRun(share) : texts.videos.analysedShare(share)}`;
}

const SKELETONS = [1, 2, 3, 4, 5, 6];

export function CardSkeletons() {
  return (
    <ul className="cards loading" aria-label={texts.videos.loading} aria-busy="true">
      {SKELETONS.map((number) => (
        <li key={number} className="card" aria-hidden="true">
          <div className="thumb skeleton" />
          <div className="card-body">
            <div className="skeleton line wide" />
            <div className="skeleton line" />
          </div>
        </li>
      ))}
    </ul>
  );
}
