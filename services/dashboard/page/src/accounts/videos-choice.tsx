import { useId } from "react";
import { useFolders } from "../api/folders";
import { useVideoChoices } from "../api/video-choices";
import { texts } from "../texts";

/** What somebody may see: all videos, or some and those in some folders. */
export interface Limit {
  /** Null: all videos. */
  video_ids: string[] | null;
  folder_ids: string[];
}

export const ALL_VIDEOS: Limit = { video_ids: null, folder_ids: [] };

interface Props {
  value: Limit;
  onChange: (value: Limit) => void;
}

/** All videos, or the folders and videos that are ticked: of the newest videos, and of those that are chosen already. */
export function VideosChoice({ value, onChange }: Props) {
  const name = useId();
  const choice = (isAll: boolean, text: string, testId: string) => (
    <label className="form-check">
      <input
        type="radio"
        name={name}
        checked={isAll === (value.video_ids === null)}
        onChange={() => onChange(isAll ? ALL_VIDEOS : { ...ALL_VIDEOS, video_ids: [] })}
        data-testid={testId}
      />
      {text}
    </label>
  );
  return (
    <fieldset className="form-group" aria-describedby={`${name}-hint`}>
      <legend>{texts.accounts.videos}</legend>
      <div className="form-checks">
        {choice(true, texts.accounts.allVideos, "all-videos")}
        {choice(false, texts.accounts.onlyThese, "some-videos")}
      </div>
      {value.video_ids && (
        <>
          <FolderTicks value={value.folder_ids} onChange={(folder_ids) => onChange({ ...value, folder_ids })} />
          <VideoTicks value={value.video_ids} onChange={(video_ids) => onChange({ ...value, video_ids })} />
          <p id={`${name}-hint`} className="form-hint">
            {texts.accounts.videosHint}
          </p>
        </>
      )}
    </fieldset>
  );
}

interface TicksProps {
  value: readonly string[];
  onChange: (value: string[]) => void;
}

/** Of folders that exist: one that was deleted is left out of what is saved. */
function FolderTicks({ value, onChange }: TicksProps) {
  const folders = useFolders() ?? [];
  if (!folders.length) return null;
  const known = value.filter((id) => folders.some((folder) => folder.id === id));
  return (
    <>
      <p className="form-hint">{texts.folders.limitHint}</p>
      <Ticks items={folders} value={known} onChange={onChange} testId="folder-ticks" />
    </>
  );
}

function VideoTicks({ value, onChange }: TicksProps) {
  const newest = useVideoChoices();
  const others = value.filter((id) => !newest.some((video) => video.id === id));
  const videos = [...newest.map(({ id, name }) => ({ id, name })), ...others.map((id) => ({ id, name: id }))];
  if (!videos.length) return <p className="form-hint">{texts.accounts.noVideos}</p>;
  return <Ticks items={videos} value={value} onChange={onChange} testId="video-ticks" />;
}

function Ticks({
  items,
  value,
  onChange,
  testId,
}: TicksProps & { items: readonly { id: string; name: string }[]; testId: string }) {
  const tick = (id: string, isOn: boolean): void => onChange(isOn ? [...value, id] : value.filter((each) => each !== id));
  return (
    <ul className="dialog-list video-ticks" data-testid={testId}>
      {items.map(({ id, name }) => (
        <li key={id}>
          <label className="form-check">
            <input type="checkbox" checked={value.includes(id)} onChange={(event) => tick(id, event.target.checked)} />
            <span>{name}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}
