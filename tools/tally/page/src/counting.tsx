import { useRef, useState } from "react";
import type { VehicleType } from "@dashboard/contract";
import { span } from "@dashboard/ui/format";
import { useMarkChanges } from "./api";
import type { Marks, Tally } from "./contract";
import { CountPanel } from "./count-panel";
import { DoneDialog } from "./done-dialog";
import { MarksList } from "./marks-list";
import { Picture } from "./picture";
import { Results } from "./results";
import { RestartDialog } from "./restart-dialog";
import type { Action } from "./shortcuts";
import { Timeline } from "./timeline";
import { Transport } from "./transport";
import { usePlayer } from "./use-player";
import { useShortcuts } from "./use-shortcuts";

/** The person counts; once they are done, the comparison with the system is shown. */
export function Counting({ tally, marks: { marks, until_s: untilS } }: { tally: Tally; marks: Marks }) {
  const changes = useMarkChanges();
  const player = usePlayer(tally, marks.at(-1)?.at_s ?? 0);
  const pressed = useRef<string[]>([]);
  const [asking, setAsking] = useState<"done" | "restart" | null>(null);
  const isDone = untilS !== null;

  const mark = (type: VehicleType): void => {
    if (isDone || !player.ready) return;
    const id = crypto.randomUUID();
    pressed.current.push(id);
    changes.add({ id, vehicle_type: type, at_s: player.now() });
  };
  const undo = (): void => changes.undo(pressed.current);
  const act = (action: Action): void => {
    if (action.do === "mark") mark(action.type);
    else if (action.do === "undo") undo();
    else player.act(action);
  };
  useShortcuts(act);

  return (
    <div className="tally" data-done={isDone || undefined}>
      <div className="tally-head">
        <h1>{tally.file}</h1>
        <p className="facts">
          <span>{span(tally.duration_s)}</span>
          <span>
            {tally.width} × {tally.height}
          </span>
          <span>{Number(tally.fps.toFixed(2))} fps</span>
        </p>
      </div>
      <section className="player panel tally-stage" aria-label="Clip">
        <Picture tally={tally} player={player} marks={marks} />
        <Transport player={player} durationS={tally.duration_s} />
        <Timeline tally={tally} player={player} marks={marks} isDone={isDone} />
      </section>
      <CountPanel
        tally={tally}
        marks={marks}
        isDone={isDone}
        onMark={mark}
        onUndo={undo}
        onDone={() => setAsking("done")}
        onGoOn={changes.goOn}
        onRestart={() => setAsking("restart")}
      />
      {isDone ? (
        <Results tally={tally} onJump={player.show} />
      ) : (
        <MarksList marks={marks} onJump={player.show} onRemove={changes.remove} />
      )}
      {asking === "done" && (
        <DoneDialog
          durationS={tally.duration_s}
          watchedS={player.watchedS()}
          onCancel={() => setAsking(null)}
          onDone={(until) => {
            setAsking(null);
            player.pause();
            changes.finish(until);
          }}
        />
      )}
      {asking === "restart" && (
        <RestartDialog
          marks={marks.length}
          onCancel={() => setAsking(null)}
          onConfirm={() => {
            setAsking(null);
            changes.startAgain();
            player.show(0);
          }}
        />
      )}
    </div>
  );
}
