import { type ReactNode, useRef, useState } from "react";
import { reasonOf } from "../api/http";
import { useToast } from "../ui/toasts";
import { FolderDialog } from "./folder-dialog";
import type { Selection } from "./recordings";
import { useUploadQueue } from "./uploads-context";

/** Called with what was chosen or dropped; a folder takes a while to read. */
export type OnSelect = (selection: Selection<File> | Promise<Selection<File>>) => void;

/** Uploads chosen files at once, and those of a folder after a look at them: the dialog. */
export function useFileSelection(): { select: OnSelect; dialog: ReactNode } {
  const { groups } = useUploadQueue();
  const toast = useToast();
  const [shown, setShown] = useState<Selection<File> | "reading" | null>(null);
  const lastRead = useRef(0);
  const close = (): void => {
    lastRead.current++; // A folder that is still being read is not shown any more.
    setShown(null);
  };
  const take = (selection: Selection<File>): void => {
    if (selection.folder !== null) setShown(selection);
    else if (selection.files.length) groups.add(selection.files, null, false);
  };
  const read = async (reading: Promise<Selection<File>>): Promise<void> => {
    const read = ++lastRead.current;
    setShown("reading");
    try {
      const selection = await reading;
      if (read === lastRead.current) take(selection);
    } catch (error) {
      if (read !== lastRead.current) return;
      close();
      toast({ tone: "bad", text: `The folder cannot be read. ${reasonOf(error)}` });
    }
  };
  const select: OnSelect = (selection) => {
    if (selection instanceof Promise) void read(selection);
    else take(selection);
  };
  const upload = (selection: Selection<File>, isJoined: boolean): void => {
    close();
    groups.add(selection.files, selection.folder, isJoined);
  };
  const dialog = shown && (
    <FolderDialog key={String(shown === "reading")} shown={shown} onCancel={close} onUpload={upload} />
  );
  return { select, dialog };
}
