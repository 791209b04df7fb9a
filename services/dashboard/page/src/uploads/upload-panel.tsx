import { useEffect } from "react";
import { texts } from "../texts";
import { bytes, duration, percent } from "../ui/format";
import { Switch } from "../ui/switch";
import type { UploadGroup } from "./groups";
import { JoinRow } from "./join-row";
import { isOver, type Upload } from "./queue";
import { useUploadQueue, useUploads } from "./uploads-context";

/** How long successful uploads stay. */
const DONE_MS = 5000;

export function UploadPanel() {
  const { uploads, shown } = useUploads();
  if (!shown.length) return null;
  return (
    <div className="uploads">
      {shown.map((group) => (
        <GroupRows key={group.id} group={group} uploads={uploads.filter(({ groupId }) => groupId === group.id)} />
      ))}
    </div>
  );
}

function GroupRows({ group, uploads }: { group: UploadGroup; uploads: readonly Upload[] }) {
  const { groups } = useUploadQueue();
  const { id, join, isJoined } = group;
  const isDone = uploads.every(({ status }) => status === "done") && !join && !isJoined;
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => groups.dismiss(id), DONE_MS);
    return () => clearTimeout(timer);
  }, [groups, id, isDone]);
  const isOne = uploads.length === 1 && group.folder === null;
  const listed = join?.status === "done" ? uploads.filter(({ status }) => status !== "done") : uploads;
  return (
    <div className="group" data-testid="group">
      {!isOne && <GroupHead group={group} uploads={uploads} />}
      {join && <JoinRow id={id} join={join} />}
      {listed.length > 0 && (
        <ul className="group-uploads" tabIndex={listed.length > 1 ? 0 : undefined} aria-label={texts.uploads.files}>
          {listed.map((upload) => (
            <li key={upload.id}>
              <UploadRow upload={upload} onDismiss={isOne ? () => groups.dismiss(id) : null} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The uploads of a group in total. */
function GroupHead({ group, uploads }: { group: UploadGroup; uploads: readonly Upload[] }) {
  const { groups } = useUploadQueue();
  const { id, join } = group;
  const name = group.folder ?? texts.uploads.countOf(uploads.length);
  const areOver = uploads.every(isOver);
  const canCancel = !areOver || join?.status === "waiting" || join?.status === "joining";
  const canJoin = uploads.filter(isWanted).length > 1 && (!join || join.status === "held");
  return (
    <div className="upload group-head">
      <p className="upload-name">{name}</p>
      <p className="upload-state" data-testid="group-state">
        {totalText(uploads)}
      </p>
      <button
        type="button"
        className="button small"
        onClick={() => (canCancel ? groups.cancel(id) : groups.dismiss(id))}
        aria-label={canCancel ? texts.uploads.cancelNamed(name) : texts.uploads.dismissNamed(name)}
        data-testid="group-button"
      >
        {!canCancel ? texts.uploads.dismiss : areOver ? texts.uploads.cancel : texts.uploads.cancelAll}
      </button>
      {!areOver && (
        <progress aria-label={texts.uploads.uploadOf(name)} value={totalFraction(uploads)} data-testid="group-progress" />
      )}
      {canJoin && (
        <div className="group-choice">
          <Switch
            label={texts.uploads.join}
            checked={group.isJoined}
            onChange={(isJoined) => groups.setJoined(id, isJoined)}
            testId="join-group"
          />
        </div>
      )}
    </div>
  );
}

function UploadRow({ upload, onDismiss }: { upload: Upload; onDismiss: (() => void) | null }) {
  const { queue } = useUploadQueue();
  const { id, name, status } = upload;
  const over = isOver(upload);
  return (
    <div className="upload" data-testid="upload" data-status={status} data-interrupted={upload.isInterrupted || undefined}>
      <p className="upload-name">{name}</p>
      <p className="upload-state" role={status === "failed" ? "alert" : undefined}>
        {stateText(upload)}
      </p>
      <div className="upload-actions">
        {upload.canRetry && (
          <button
            type="button"
            className="button small"
            onClick={() => queue.retry(id)}
            aria-label={texts.uploads.retryNamed(name)}
          >
            {texts.uploads.retry}
          </button>
        )}
        {!over && (
          <button
            type="button"
            className="button small"
            onClick={() => queue.cancel(id)}
            aria-label={texts.uploads.cancelNamed(name)}
          >
            {texts.uploads.cancel}
          </button>
        )}
        {over && onDismiss && (
          <button type="button" className="button small" onClick={onDismiss} aria-label={texts.uploads.dismissNamed(name)}>
            {texts.uploads.dismiss}
          </button>
        )}
      </div>
      {(status === "sending" || status === "checking") && <UploadProgress upload={upload} />}
    </div>
  );
}

function UploadProgress({ upload }: { upload: Upload }) {
  const label = texts.uploads.uploadOf(upload.name);
  // Without a value, the bar shows activity without progress.
  if (upload.status === "checking") return <progress aria-label={label} />;
  return <progress aria-label={label} value={fraction(upload)} />;
}

function fraction({ sentBytes, sizeBytes }: Upload): number {
  return sizeBytes ? sentBytes / sizeBytes : 0;
}

function isWanted({ status }: Upload): boolean {
  return status !== "failed" && status !== "cancelled";
}

/** What will not be sent does not count. */
function totalFraction(uploads: readonly Upload[]): number {
  const sent = uploads.filter(isWanted);
  const sum = (of: (upload: Upload) => number): number => sent.reduce((total, upload) => total + of(upload), 0);
  return (
    sum(({ sentBytes }) => sentBytes) /
    Math.max(
      1,
      sum(({ sizeBytes }) => sizeBytes),
    )
  );
}

/** For all of them, at the speed of the one that is sent; null: not known. */
function totalLeftS(uploads: readonly Upload[]): number | null {
  const speed = uploads.find(({ status }) => status === "sending")?.speed;
  const leftBytes = uploads.filter(isWanted).reduce((sum, { sizeBytes, sentBytes }) => sum + sizeBytes - sentBytes, 0);
  return speed ? leftBytes / speed : null;
}

/** "2 of 3 uploaded, 1 failed, 54 % of 36.0 MB, 8 s left" */
export function totalText(uploads: readonly Upload[]): string {
  const number = (wanted: Upload["status"]): number => uploads.filter(({ status }) => status === wanted).length;
  const size = bytes(uploads.reduce((total, { sizeBytes }) => total + sizeBytes, 0));
  const { uploadedOf, failedCount, cancelledCount, shareOf, timeLeft } = texts.uploads;
  const parts = [uploadedOf(number("done"), uploads.length)];
  if (number("failed")) parts.push(failedCount(number("failed")));
  if (number("cancelled")) parts.push(cancelledCount(number("cancelled")));
  if (!uploads.every(isOver)) parts.push(shareOf(percent(totalFraction(uploads)), size));
  const leftS = totalLeftS(uploads);
  if (leftS !== null) parts.push(timeLeft(duration(leftS)));
  return parts.join(", ");
}

function stateText(upload: Upload): string {
  switch (upload.status) {
    case "waiting":
      return texts.uploads.waiting(bytes(upload.sizeBytes));
    case "sending":
      return sendingText(upload);
    case "checking":
      return texts.uploads.checking;
    case "done":
      return texts.uploads.done;
    case "cancelled":
      return texts.uploads.cancelled;
    case "failed":
      return upload.reason ?? texts.uploads.failed;
  }
}

/** "54 % of 36.0 MB, 2.1 MB/s, 8 s left" */
function sendingText(upload: Upload): string {
  const { sizeBytes, sentBytes, speed, isInterrupted } = upload;
  const share = texts.uploads.shareOf(percent(fraction(upload)), bytes(sizeBytes));
  if (isInterrupted) return texts.uploads.interrupted(share);
  const parts = [share];
  if (speed) parts.push(texts.uploads.speed(bytes(speed)), texts.uploads.timeLeft(duration((sizeBytes - sentBytes) / speed)));
  return parts.join(", ");
}
