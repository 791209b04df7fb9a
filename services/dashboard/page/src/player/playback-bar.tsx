import { useEffect } from "react";
import { useVehicles } from "../api/queries";
import type { Vehicle, Video } from "../contract";
import type { ShownRun } from "../detail/runs";
import { paths } from "../routing/router";
import { texts } from "../texts";
import { shortNumber } from "../texts/locale";
import { timecode } from "../ui/format";
import { LinkIcon, NextFrameIcon, PauseIcon, PlayIcon, PreviousFrameIcon } from "../ui/icons";
import { SelectField } from "../ui/select-field";
import { useToast } from "../ui/toasts";
import { commandOf, frameBy, RATES, rateBy } from "./keys";
import { momentAddress } from "./moment";
import { PlaybackTimeline } from "./playback-timeline";
import { toggle } from "./recording";
import type { Playback } from "./use-playback";

const NONE: readonly Vehicle[] = [];
const FIELDS = "input, select, textarea, dialog, [role=slider], [contenteditable], .table-scroll";

interface Props {
  video: Video;
  run: ShownRun | null;
  playback: Playback;
  /** Whether the run has boxes to show; null: not known. */
  hasLog: boolean | null;
  onFullScreen: () => void;
}

/** Below a recording: where it is, how fast, and its keys. */
export function PlaybackBar({ video, run, playback, hasLog, onFullScreen }: Props) {
  const toast = useToast();
  const visits = useVehicles(video.id, run?.run_id ?? null).data?.items ?? NONE;
  const { timeS, isPlaying, rate } = playback.state;
  const durationS = video.duration_s;
  const seek = (toS: number): void => playback.media()?.seek(Math.max(0, Math.min(durationS, toS)));
  const step = (by: 1 | -1): void => {
    const media = playback.media();
    if (!media) return;
    media.pause();
    seek(frameBy(media.momentS(video.fps), by, video.fps));
  };
  const setRate = (wanted: number): void => playback.media()?.setRate(wanted);

  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      const command = commandOf({
        key: event.key,
        isCombined: event.ctrlKey || event.metaKey || event.altKey,
        isInField: target?.closest(FIELDS) != null,
        isOnButton: target?.closest("button, a") != null,
      });
      if (!command || event.defaultPrevented) return;
      event.preventDefault();
      const media = playback.media();
      switch (command.kind) {
        case "toggle":
          return toggle(playback);
        case "frame":
          return step(command.by);
        case "seek":
          return seek((media?.timeS ?? 0) + command.byS);
        case "rate":
          return setRate(rateBy(media?.rate ?? 1, command.by));
        case "full-screen":
          return onFullScreen();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });

  const share = async (): Promise<void> => {
    const address = new URL(momentAddress(paths.video(video.id), playback.momentS), location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      toast({ tone: "calm", text: texts.player.shared });
    } catch {
      toast({ tone: "calm", text: texts.player.shareYourself(address) });
    }
  };
  return (
    <div className="playback" data-testid="playback" data-time={timeS.toFixed(3)} data-mode={playback.mode}>
      <PlaybackTimeline timeS={timeS} durationS={durationS} visits={visits} onSeek={seek} />
      <div className="playback-controls">
        <IconButton label={texts.player.previousFrame} testId="previous-frame" onClick={() => step(-1)}>
          <PreviousFrameIcon />
        </IconButton>
        <IconButton label={isPlaying ? texts.player.pause : texts.player.play} testId="play" onClick={() => toggle(playback)}>
          {isPlaying ? <PauseIcon /> : <PlayIcon />}
        </IconButton>
        <IconButton label={texts.player.nextFrame} testId="next-frame" onClick={() => step(1)}>
          <NextFrameIcon />
        </IconButton>
        <span className="playback-time" data-testid="playback-time">
          {texts.player.position(timecode(timeS), timecode(durationS))}
        </span>
        <span className="spacer" />
        <SelectField
          label={texts.player.speed}
          options={RATES.map((each) => [String(each), `${shortNumber(each, 2)}×`] as const)}
          value={String(rate)}
          onChange={(wanted) => setRate(Number(wanted))}
          testId="playback-rate"
        />
        <IconButton label={texts.player.share} testId="share-moment" onClick={() => void share()}>
          <LinkIcon />
        </IconButton>
      </div>
      <p className="muted small-text">{noteOf(run, hasLog) ?? texts.player.keys}</p>
    </div>
  );
}

function noteOf(run: ShownRun | null, hasLog: boolean | null): string | null {
  if (run && run.finished_at === null) return texts.player.boxesLater;
  return hasLog === false ? texts.player.noBoxes : null;
}

interface IconButtonProps {
  label: string;
  testId: string;
  onClick: () => void;
  children: React.ReactNode;
}

export function IconButton({ label, testId, onClick, children }: IconButtonProps) {
  return (
    <button type="button" className="icon-button" title={label} aria-label={label} onClick={onClick} data-testid={testId}>
      {children}
    </button>
  );
}
