import { Link, paths } from "../routing/router";
import { texts } from "../texts";
import { bytes, percent } from "../ui/format";
import { canCancel, canRetry, isOver, type ShownDownload } from "./downloads";
import { useDownloads, useShownDownloads } from "./downloads-context";
import { wordsOfProblem } from "./words-of-problem";

/** The videos that are fetched from addresses, until each is dismissed. */
export function DownloadRows() {
  const downloads = useShownDownloads();
  if (!downloads.length) return null;
  return (
    <ul className="dock-downloads" aria-label={texts.downloads.list} tabIndex={downloads.length > 1 ? 0 : undefined}>
      {downloads.map((download) => (
        <li key={download.id}>
          <DownloadRow download={download} />
        </li>
      ))}
    </ul>
  );
}

function DownloadRow({ download }: { download: ShownDownload }) {
  const { name, status, videoId } = download;
  return (
    <div className="upload" data-testid="download" data-status={status}>
      <p className="upload-name">{videoId === null ? name : <Link href={paths.video(videoId)}>{name}</Link>}</p>
      <p className="upload-state" role={download.problem ? "alert" : undefined}>
        {stateText(download)}
      </p>
      <Actions download={download} />
      {!isOver(download) && <progress aria-label={texts.downloads.progressOf(name)} value={fraction(download)} />}
    </div>
  );
}

function Actions({ download }: { download: ShownDownload }) {
  const downloads = useDownloads();
  const { id, name } = download;
  const { retry, retryNamed, cancel, cancelNamed, dismiss, dismissNamed } = texts.uploads;
  return (
    <div className="upload-actions">
      {canRetry(download) && (
        <button type="button" className="button small" onClick={() => void downloads.retry(id)} aria-label={retryNamed(name)}>
          {retry}
        </button>
      )}
      {canCancel(download) && (
        <button type="button" className="button small" onClick={() => void downloads.cancel(id)} aria-label={cancelNamed(name)}>
          {cancel}
        </button>
      )}
      {isOver(download) && (
        <button type="button" className="button small" onClick={() => downloads.dismiss(id)} aria-label={dismissNamed(name)}>
          {dismiss}
        </button>
      )}
    </div>
  );
}

/** Without a value, the bar shows activity without progress. */
function fraction({ status, receivedBytes, sizeBytes }: ShownDownload): number | undefined {
  return status === "receiving" && sizeBytes ? receivedBytes / sizeBytes : undefined;
}

function stateText(download: ShownDownload): string {
  const { status, problem } = download;
  const words = problem && wordsOfProblem(problem);
  if (status === "failed") return words ?? texts.downloads.failed;
  return words && !isOver(download) ? texts.downloads.notCancelled(words) : progressText(download);
}

function progressText({ status, receivedBytes, sizeBytes }: ShownDownload): string {
  switch (status) {
    case "receiving":
      return sizeBytes
        ? texts.uploads.shareOf(percent(receivedBytes / sizeBytes), bytes(sizeBytes))
        : texts.downloads.received(bytes(receivedBytes));
    case "finished":
      return texts.uploads.done;
    case "cancelled":
      return texts.uploads.cancelled;
    case "failed":
      return texts.downloads.failed;
    default:
      return texts.downloads[status];
  }
}
