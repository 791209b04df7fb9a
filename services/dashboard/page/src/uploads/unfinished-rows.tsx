import { type ChangeEvent, useRef } from "react";
import { texts } from "../texts";
import { bytes, percent } from "../ui/format";
import { useToast } from "../ui/toasts";
import { isSameFile } from "./unfinished";
import { useUploadQueue } from "./uploads-context";
import type { OfferedUpload } from "./use-unfinished";

/** Uploads that go on when their file is chosen again: a browser keeps none over a reload of the page. */
export function UnfinishedRows({ offered }: { offered: readonly OfferedUpload[] }) {
  return (
    <ul className="uploads" aria-label={texts.uploads.unfinishedUploads}>
      {offered.map((upload) => (
        <li key={upload.uploadId}>
          <UnfinishedRow upload={upload} />
        </li>
      ))}
    </ul>
  );
}

function UnfinishedRow({ upload }: { upload: OfferedUpload }) {
  const { groups, unfinished, api } = useUploadQueue();
  const toast = useToast();
  const input = useRef<HTMLInputElement>(null);
  const { name, size, receivedBytes, uploadId, into } = upload;
  const chosen = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    const file = target.files?.[0];
    if (file && isSameFile(file, upload)) groups.add([file], null, false, into);
    else if (file) toast({ tone: "bad", text: texts.uploads.anotherFile(name, bytes(size)) });
    target.value = ""; // Allows the same file to be chosen again.
  };
  const discard = (): void => {
    api.cancel(uploadId);
    unfinished.over(uploadId);
  };
  return (
    <div className="upload unfinished" data-testid="unfinished">
      <p className="upload-name">{name}</p>
      <p className="upload-state">
        {texts.uploads.unfinished(texts.uploads.shareOf(percent(size ? receivedBytes / size : 0), bytes(size)))}
      </p>
      <div className="upload-actions">
        <button
          type="button"
          className="button small primary"
          onClick={() => input.current?.click()}
          aria-label={texts.uploads.chooseAgainNamed(name)}
          data-testid="choose-again"
        >
          {texts.uploads.chooseAgain}
        </button>
        <button
          type="button"
          className="button small"
          onClick={discard}
          aria-label={texts.uploads.discardNamed(name)}
          data-testid="discard-upload"
        >
          {texts.uploads.discard}
        </button>
        <input ref={input} type="file" hidden aria-label={texts.uploads.chooseAgainNamed(name)} onChange={chosen} />
      </div>
    </div>
  );
}
