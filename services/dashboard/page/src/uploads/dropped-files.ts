import { type FoundFile, type Selection, selectionOf } from "./recordings";

/** What was dropped. Call it in the event: afterwards the entries are gone. */
export function droppedFiles(transfer: DataTransfer): Promise<Selection<File>> | Selection<File> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (!entries.some((entry) => entry.isDirectory)) return { files: [...transfer.files], skipped: [], folder: null };
  return Promise.all(entries.map(filesBelow)).then((found) =>
    selectionOf(found.flat(), entries.map(({ name }) => name).join(", ")),
  );
}

/** What was chosen in a file input that takes folders. */
export function chosenFolder(files: FileList): Selection<File> {
  const found = [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  return selectionOf(found, found[0]?.path.split("/")[0] ?? "");
}

async function filesBelow(entry: FileSystemEntry): Promise<FoundFile<File>[]> {
  if (entry.isDirectory) {
    const found: FoundFile<File>[] = [];
    for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) found.push(...(await filesBelow(child)));
    return found;
  }
  const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
  return [{ file, path: entry.fullPath.replace(/^\//, "") }];
}

/** A reader gives a few entries at a time, and none at the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return children;
    children.push(...some);
  }
}
