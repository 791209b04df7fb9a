import { texts } from "../texts";
import { bytes, clock, date } from "../ui/format";
import { StatusBadge } from "./status-badge";
import { CardNumbers, type Item, ItemButtons, SelectBox, useItemState } from "./video-card";
import { VideoName } from "./video-name";

/** A video as a row of the table. */
export function VideoRow(item: Item) {
  const { video } = item;
  const { state, runs, isPending } = useItemState(item);
  return (
    <article
      className="video-row"
      data-testid="video-card"
      data-video-id={video.id}
      data-kind={state.kind}
      data-selected={item.isSelected || undefined}
    >
      <div className="column-name">
        <SelectBox {...item} />
        <div className="thumb">
          <img src={video.thumbnail_url} alt="" loading="lazy" width={video.width} height={video.height} />
        </div>
        <VideoName video={video} isRenaming={item.isRenaming} onRename={item.onRename} />
      </div>
      <div className="column-status">
        <StatusBadge state={state} reason={video.status_reason} />
        {state.progress && (
          <span className="row-progress" title={state.progress}>
            {state.progress}
          </span>
        )}
      </div>
      <div className="column-vehicles">
        <CardNumbers state={state} runs={runs} isPending={isPending} />
      </div>
      <div className="column-duration" title={texts.videos.columns.duration}>
        {clock(video.duration_s)}
      </div>
      <div className="column-size" title={texts.videos.columns.size}>
        {bytes(video.size_bytes)}
      </div>
      <div className="column-added" title={texts.videos.columns.added}>
        {date(video.created_at)}
      </div>
      <ItemButtons {...item} />
    </article>
  );
}
