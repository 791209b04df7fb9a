import { useEffect } from "react";
import { bytes, percent } from "../ui/format";
import type { Upload } from "./queue";
import { useUploadQueue, useUploads } from "./uploads-context";

/** How long the row of a successful upload stays. */
const DONE_MS = 5000;

export function UploadPanel() {
  const uploads = useUploads();
  if (!uploads.length) return null;
  return (
    <section className="uploads" aria-label="Uploads">
      <ul>
        {uploads.map((upload) => (
          <li key={upload.id}>
            <UploadRow upload={upload} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function UploadRow({ upload }: { upload: Upload }) {
  const queue = useUploadQueue();
  const over = ["done", "failed", "cancelled"].includes(upload.status);
  const { id, status } = upload;
  useEffect(() => {
    if (status !== "done") return;
    const timer = setTimeout(() => queue.dismiss(id), DONE_MS);
    return () => clearTimeout(timer);
  }, [queue, id, status]);
  return (
    <div className="upload" data-testid="upload" data-status={upload.status}>
      <p className="upload-name">{upload.name}</p>
      <p className="upload-state" role={upload.status === "failed" ? "alert" : undefined}>
        {stateText(upload)}
      </p>
      <button
        type="button"
        className="button small"
        onClick={() => (over ? queue.dismiss(upload.id) : queue.cancel(upload.id))}
        aria-label={`${over ? "Dismiss" : "Cancel"} ${upload.name}`}
      >
        {over ? "Dismiss" : "Cancel"}
      </button>
      {!over && <UploadProgress upload={upload} />}
    </div>
  );
}

function UploadProgress({ upload }: { upload: Upload }) {
  const label = `Upload of ${upload.name}`;
  // Without a value, the bar shows activity without progress.
  if (upload.status === "checking") return <progress aria-label={label} />;
  return <progress aria-label={label} value={fraction(upload)} />;
}

function fraction({ sentBytes, sizeBytes }: Upload): number {
  return sizeBytes ? sentBytes / sizeBytes : 0;
}

function stateText(upload: Upload): string {
  switch (upload.status) {
    case "waiting":
      return `Waiting, ${bytes(upload.sizeBytes)}`;
    case "sending":
      return `${percent(fraction(upload))} of ${bytes(upload.sizeBytes)}`;
    case "checking":
      return "Uploaded. Checking the file…";
    case "done":
      return "Done.";
    case "cancelled":
      return "Cancelled.";
    case "failed":
      return upload.reason ?? "The upload failed.";
  }
}
