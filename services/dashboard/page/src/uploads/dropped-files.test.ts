import { expect, it } from "vitest";
import { chosenFolder, droppedFiles } from "./dropped-files";

const file = (name: string): File => ({ name, lastModified: 0, webkitRelativePath: "" }) as File;

const fileEntry = (path: string): unknown => ({
  isDirectory: false,
  name: path.split("/").at(-1),
  fullPath: path,
  file: (done: (found: File) => void) => done(file(path.split("/").at(-1)!)),
});

/** Gives one entry at a time, as browsers give a hundred. */
const folderEntry = (name: string, children: unknown[]): unknown => ({
  isDirectory: true,
  name,
  createReader: () => {
    const left = [...children];
    return { readEntries: (done: (some: unknown[]) => void) => done(left.splice(0, 1)) };
  },
});

const transfer = (entries: unknown[], files: File[] = []): DataTransfer =>
  ({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files }) as unknown as DataTransfer;

it("reads dropped folders with all folders in them", async () => {
  const inner = folderEntry("hour", [fileEntry("/day/hour/2.mp4")]);
  const dropped = transfer([folderEntry("day", [fileEntry("/day/10.mp4"), inner, fileEntry("/day/notes.txt")])]);

  const selection = await droppedFiles(dropped);

  expect(selection.files.map(({ name }) => name)).toEqual(["10.mp4", "2.mp4"]);
  expect(selection.skipped).toEqual(["day/notes.txt"]);
  expect(selection.folder).toBe("day");
});

it("takes files dropped one by one as they are, whatever they are called", () => {
  const files = [file("b.bin"), file("a.mp4")];
  expect(droppedFiles(transfer([fileEntry("/b.bin"), fileEntry("/a.mp4")], files))).toEqual({
    files,
    skipped: [],
    folder: null,
  });
});

it("names a chosen folder", () => {
  const files = ["day/b.mp4", "day/sub/a.mp4"].map((path) => ({ ...file(path), webkitRelativePath: path }));
  const selection = chosenFolder(files as unknown as FileList);
  expect(selection.folder).toBe("day");
  expect(selection.files).toHaveLength(2);
});
