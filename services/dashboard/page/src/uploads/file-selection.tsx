import { type ReactNode, useRef, useState } from "react";
import { reasonOf } from "../api/http";
import { uploadTarget } from "../folders/upload-target";
import { useSession } from "../session/session-context";
import { texts } from "../texts";
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
  const session = useSession();
  const add = (selection: Selection<File>, isJoined: boolean): void => {
    const into = uploadTarget(session);
    if (into === undefined) toast({ tone: "bad", text: texts.folders.chooseFirst });
    else groups.add(selection.files, selection.folder, isJoined, into);
  };
  const close = (): void => {
    lastRead.current++; // A folder that is still being read is not shown any more.
    setShown(null);
  };
  const take = (selection: Selection<File>): void => {
    if (selection.folder !== null) setShown(selection);
    else if (selection.files.length) add(selection, false);
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
      toast({ tone: "bad", text: texts.uploads.folderUnreadable(reasonOf(error)) });
    }
  };
  const select: OnSelect = (selection) => {
    if (selection instanceof Promise) void read(selection);
    else take(selection);
  };
  const upload = (selection: Selection<File>, isJoined: boolean): void => {
    close();
    add(selection, isJoined);
  };
  const dialog = shown && <FolderDialog key={String(shown === "reading")} shown={shown} onCancel={close} onUpload={upload} />;
  return { select, dialog };
}
