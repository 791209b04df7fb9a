import { plural } from "./plural";

const videos = (count: number) => plural(count, { one: "# video", other: "# videos" });

/** Folders of videos. */
export const folders = {
  title: "Folders",
  folder: "Folder",
  intro: "A video is in one folder, or in none. Accounts, tokens and links can be limited to folders.",
  noFolders: "There are no folders yet.",
  all: "All folders",
  none: "In no folder",
  withCount: (name: string, count: number) => `${name} (${count})`,
  count: (count: number) => plural(count, { one: "# folder", other: "# folders" }),
  named: (name: string) => `Folder ${name}`,
  name: "Name of the new folder",
  newFolder: "New folder",
  add: "Add",
  empty: "This folder is empty",
  emptyText: "Drop videos here to upload them into it, or select videos of another folder and move them.",
  move: "Move",
  moveTitle: (count: number) => `Move ${videos(count)}`,
  moveText: "Who is limited to folders sees the videos that are in them now.",
  moved: (count: number, into: string | null) =>
    into === null ? `${videos(count)} moved out of all folders.` : `${videos(count)} moved to “${into}”.`,
  deleteText: "The folder is empty. No video is deleted. Who is limited to this folder sees nothing of it any more.",
  notEmptyTitle: (name: string) => `“${name}” is not empty`,
  notEmptyText: (count: number) =>
    `It has ${videos(count)}. Move them to another folder first: deleting a folder deletes no videos.`,
  dropInto: (name: string) => `Drop to upload into “${name}”`,
  chooseFirst: "Choose the folder first that the videos go into.",
  limitHint: "The videos in these folders, also those that are added later, and the videos ticked below:",
};
