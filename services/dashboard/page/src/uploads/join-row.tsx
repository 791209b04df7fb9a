import type { Join } from "../contract";
import { Link, paths } from "../routing/router";
import { percent } from "../ui/format";
import type { GroupJoin } from "./groups";
import { useUploadQueue } from "./uploads-context";

/** The join of a group: its progress, then what it made of the recordings. */
export function JoinRow({ id, join }: { id: number; join: GroupJoin }) {
  const { groups } = useUploadQueue();
  const again = AGAIN[join.status];
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
      {isWorking && <progress aria-label="Joining" value={value} />}
    </div>
  );
}

const AGAIN: Partial<Record<GroupJoin["status"], string>> = {
  held: "Join the others",
  failed: "Try again",
  cancelled: "Join again",
};

function textOf({ status, progress, reason }: GroupJoin): string {
  switch (status) {
    case "held":
      return "A recording was not uploaded. Retry it, or join the others without it.";
    case "waiting":
      return "Waiting to be joined…";
    case "joining":
      return progress < 1 ? `Joining, ${percent(progress)}` : "Joined. Checking the video…";
    case "cancelled":
      return "Cancelled. Recordings that were not joined are videos of their own.";
    default:
      return reason ?? "Joining failed.";
  }
}

function Result({ join }: { join: Join }) {
  return (
    <>
      {join.joined.map(({ video_id, name, recordings }) => (
        <p key={video_id}>
          {recordings.length} recordings are one video: <Link href={paths.video(video_id)}>{name}</Link>
        </p>
      ))}
      {!join.joined.length && <p>Nothing was joined.</p>}
      <ul className="join-notes" tabIndex={0} aria-label="Notes" data-testid="join-notes">
        {join.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </>
  );
}
