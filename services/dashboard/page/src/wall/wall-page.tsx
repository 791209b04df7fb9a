import { useEffect, useRef, useState } from "react";
import { useVideoChoices } from "../api/video-choices";
import { fpsBeside } from "../player/shown-frames";
import { navigate, useSearch } from "../routing/router";
import { mayStart } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { EmptyState } from "../ui/empty-state";
import { FullScreenIcon, PlayIcon, StopIcon, WallIcon } from "../ui/icons";
import { VideoSelect } from "../ui/video-select";
import { MOST_TILES, wallAddress, wallColumns, wallVideos } from "./wall-address";
import { WallTile } from "./wall-tile";

/** Several videos at once; the address says which, and can be shared. */
export default function WallPage() {
  const ids = wallVideos(useSearch());
  const [command, setCommand] = useState({ no: 0, wanted: false });
  const wall = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const columns = useColumns(list, ids.length);
  useEffect(() => {
    document.title = texts.app.titleOf(texts.wall.title);
  }, []);
  const isStarter = useRight(mayStart);
  const press = (wanted: boolean) => () => setCommand(({ no }) => ({ no: no + 1, wanted }));
  return (
    <div className="wall" ref={wall}>
      <div className="wall-head">
        <h1>{texts.wall.title}</h1>
        <AddVideo ids={ids} />
        <span className="spacer" />
        {ids.length > 0 && (
          <>
            {isStarter && (
              <>
                <button type="button" className="button primary" onClick={press(true)} data-testid="start-all">
                  <PlayIcon />
                  {texts.wall.startAll}
                </button>
                <button type="button" className="button" onClick={press(false)} data-testid="stop-all">
                  <StopIcon />
                  {texts.wall.stopAll}
                </button>
              </>
            )}
            <button
              type="button"
              className="button"
              onClick={() => void toggleFullScreen(wall.current)}
              data-testid="full-screen"
            >
              <FullScreenIcon />
              {texts.wall.fullScreen}
            </button>
          </>
        )}
      </div>
      {ids.length ? (
        <ul
          className="wall-tiles"
          ref={list}
          aria-label={texts.wall.title}
          style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
        >
          {ids.map((id) => (
            <WallTile
              key={id}
              id={id}
              command={command}
              maxFps={fpsBeside(ids.length)}
              onRemove={() => navigate(wallAddress(ids.filter((other) => other !== id)))}
            />
          ))}
        </ul>
      ) : (
        <EmptyState title={texts.wall.emptyTitle} text={texts.wall.emptyText(MOST_TILES)}>
          <span className="empty-mark" aria-hidden="true">
            <WallIcon />
          </span>
        </EmptyState>
      )}
    </div>
  );
}

function AddVideo({ ids }: { ids: readonly string[] }) {
  const others = useVideoChoices().filter(({ id }) => !ids.includes(id));
  return (
    <VideoSelect
      label={texts.wall.add}
      prompt={texts.wall.addChoice}
      videos={others}
      isDisabled={!others.length || ids.length >= MOST_TILES}
      onChoose={({ id }) => navigate(wallAddress([...ids, id]))}
      testId="add-to-wall"
    />
  );
}

function useColumns(list: React.RefObject<HTMLElement | null>, tiles: number): number {
  const [columns, setColumns] = useState(1);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const measure = (): void => setColumns(wallColumns(tiles, element.clientWidth, element.clientHeight));
    const resizing = new ResizeObserver(measure);
    resizing.observe(element);
    measure();
    return () => resizing.disconnect();
  }, [list, tiles]);
  return columns;
}

async function toggleFullScreen(element: HTMLElement | null): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await element?.requestFullscreen();
}
