import type { Join } from "../contract";
import { Link, paths } from "../routing/router";
import { texts } from "../texts";
import { percent } from "../ui/format";
import type { GroupJoin } from "./groups";
import { useUploadQueue } from "./uploads-context";

/** The join of a group: its progress, then what it made of the recordings. */
export function JoinRow({ id, join }: { id: number; join: GroupJoin }) {
  const { groups } = useUploadQueue();
  const again = againText(join.status);
  const isWorking = join.status === "waiting" || join.status === "joining";
  // At the end, the joined file is checked: the bar shows activity without progress.
  const value = join.status === "joining" && join.progress < 1 ? join.progress : undefined;
  return (
    <div className="upload join" data-testid="join" data-status={join.status}>
      <div className="join-text" role={join.status === "failed" ? "alert" : "status"}>
        {join.result ? <Result join={join.result} /> : <p>{textOf(join)}</p>}
      </div>
      {again && (
        <button type="button" className="button small" onClick={() => groups.joinNow(id)} data-testid="join-again">
          {again}
        </button>
      )}
      {isWorking && <progress aria-label={texts.uploads.joining} value={value} />}
    </div>
  );
}

function againText(status: GroupJoin["status"]): string | undefined {
  const again: Partial<Record<GroupJoin["status"], string>> = texts.uploads.again;
  return again[status];
}

function textOf({ status, progress, reason }: GroupJoin): string {
  switch (status) {
    case "held":
      return texts.uploads.joinHeld;
    case "waiting":
      return texts.uploads.joinWaiting;
    case "joining":
      return progress < 1 ? texts.uploads.joiningShare(percent(progress)) : texts.uploads.joinedChecking;
    case "cancelled":
      return texts.uploads.joinCancelled;
    default:
      return reason ?? texts.uploads.joinFailed;
  }
}

function Result({ join }: { join: Join }) {
  return (
    <>
      {join.joined.map(({ video_id, name, recordings }) => (
        <p key={video_id}>
          {texts.uploads.areOneVideo(recordings.length)} <Link href={paths.video(video_id)}>{name}</Link>
        </p>
      ))}
      {!join.joined.length && <p>{texts.uploads.nothingJoined}</p>}
      <ul className="join-notes" tabIndex={0} aria-label={texts.uploads.notes} data-testid="join-notes">
        {join.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </>
  );
}
