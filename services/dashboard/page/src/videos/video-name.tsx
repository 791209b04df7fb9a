import { type KeyboardEvent, useRef } from "react";
import { useRename } from "../api/video-changes";
import type { Video } from "../contract";
import { Link, paths } from "../routing/router";
import { texts } from "../texts";
import { MiddleTruncated } from "../ui/middle-truncated";

interface Props {
  video: Video;
  isRenaming: boolean;
  onRename: (isOn: boolean) => void;
}

const MAX_NAME_CHARS = 200;

/** The name, which leads to the video, or the field for a new one: Enter saves it, Escape keeps the old one. */
export function VideoName({ video, isRenaming, onRename }: Props) {
  const rename = useRename(video);
  const isLeaving = useRef(false);
  if (!isRenaming) {
    isLeaving.current = false;
    const name = rename.isPending ? (rename.variables ?? video.name) : video.name;
    return (
      <Link className="card-link" href={paths.video(video.id)} title={video.name} aria-label={name}>
        <MiddleTruncated text={name} />
      </Link>
    );
  }
  const leave = (name: string | null): void => {
    if (isLeaving.current) return; // Enter is followed by the loss of the focus.
    isLeaving.current = true;
    const wanted = name?.trim();
    if (wanted && wanted !== video.name) rename.mutate(wanted);
    onRename(false);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    event.stopPropagation();
    if (event.key === "Enter") leave(event.currentTarget.value);
    if (event.key === "Escape") leave(null);
  };
  return (
    <input
      className="name-field"
      defaultValue={video.name}
      maxLength={MAX_NAME_CHARS}
      aria-label={texts.videos.newName(video.name)}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onKeyDown={press}
      onBlur={(event) => leave(event.currentTarget.value)}
      data-testid="name-field"
    />
  );
}
