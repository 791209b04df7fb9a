import { type ChangeEvent, type ReactNode, useRef } from "react";
import { texts } from "../texts";
import { bytes, percent } from "../ui/format";
import { useToast } from "../ui/toasts";
import { isSameFile, type UnfinishedUpload } from "./unfinished";
import { useUploadQueue } from "./uploads-context";
import type { OfferedUpload, Unfinished } from "./use-unfinished";

/** How many names of files are shown. */
const SHOWN_NAMES = 3;

/** Uploads that go on when their files are chosen again: a browser keeps none over a reload of the page. */
export default function UnfinishedRows({ begun, unsent }: Unfinished) {
  return (
    <ul className="uploads" aria-label={texts.uploads.unfinishedUploads}>
      {begun.map((upload) => (
        <li key={upload.uploadId}>
          <BegunRow upload={upload} />
        </li>
      ))}
      {unsent.length > 0 && (
        <li>
          <UnsentRow unsent={unsent} />
        </li>
      )}
    </ul>
  );
}

function BegunRow({ upload }: { upload: OfferedUpload }) {
  const { unfinished, api } = useUploadQueue();
  const toast = useToast();
  const { name, size, receivedBytes, uploadId } = upload;
  const discard = (): void => {
    api.cancel(uploadId);
    unfinished.over(upload);
  };
  return (
    <Row
      name={name}
      state={texts.uploads.unfinished(texts.uploads.shareOf(percent(size ? receivedBytes / size : 0), bytes(size)))}
      awaited={[upload]}
      onOther={() => toast({ tone: "bad", text: texts.uploads.anotherFile(name, bytes(size)) })}
      onDiscard={discard}
    />
  );
}

/** One row for all: there may be hundreds, and they are chosen together. */
function UnsentRow({ unsent }: { unsent: UnfinishedUpload[] }) {
  const { unfinished } = useUploadQueue();
  const toast = useToast();
  return (
    <Row
      name={texts.uploads.unsentFiles(unsent.length)}
      state={texts.uploads.unsent(...shortened(unsent))}
      awaited={unsent}
      onOther={(others) => toast({ tone: "bad", text: texts.uploads.otherFiles(...shortened(others)) })}
      onDiscard={() => unfinished.over(...unsent)}
    />
  );
}

interface RowProps {
  name: string;
  state: ReactNode;
  awaited: readonly UnfinishedUpload[];
  /** Chosen files that are none of the awaited ones. */
  onOther(files: File[]): void;
  onDiscard(): void;
}

function Row({ name, state, awaited, onOther, onDiscard }: RowProps) {
  const { groups } = useUploadQueue();
  const input = useRef<HTMLInputElement>(null);
  const chosen = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    const files = [...(target.files ?? [])];
    target.value = ""; // Allows the same file to be chosen again.
    const isAwaited = (file: File): boolean => awaited.some((each) => isSameFile(file, each));
    const others = files.filter((file) => !isAwaited(file));
    if (others.length) onOther(others);
    for (const [into, found] of byFolder(files.filter(isAwaited), awaited)) groups.add(found, null, false, into);
  };
  return (
    <div className="upload unfinished" data-testid="unfinished">
      <p className="upload-name">{name}</p>
      <p className="upload-state">{state}</p>
      <div className="upload-actions">
        <button
          type="button"
          className="button small primary"
          onClick={() => input.current?.click()}
          aria-label={texts.uploads.chooseAgainNamed(name, awaited.length)}
          data-testid="choose-again"
        >
          {texts.uploads.chooseAgain(awaited.length)}
        </button>
        <button
          type="button"
          className="button small"
          onClick={onDiscard}
          aria-label={texts.uploads.discardNamed(name)}
          data-testid="discard-upload"
        >
          {texts.uploads.discard}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          multiple={awaited.length > 1}
          aria-label={texts.uploads.chooseAgainNamed(name, awaited.length)}
          onChange={chosen}
        />
      </div>
    </div>
  );
}

/** The first names, and how many more there are. */
function shortened(files: readonly { name: string }[]): [names: string[], more: number] {
  return [files.slice(0, SHOWN_NAMES).map(({ name }) => name), Math.max(0, files.length - SHOWN_NAMES)];
}

/** Each file in the folders of videos that it was to go into. */
function byFolder(files: readonly File[], awaited: readonly UnfinishedUpload[]): Map<string | null, File[]> {
  const found = new Map<string | null, File[]>();
  for (const each of awaited) {
    const file = files.find((one) => isSameFile(one, each));
    if (file) found.set(each.into, [...(found.get(each.into) ?? []), file]);
  }
  return found;
}
