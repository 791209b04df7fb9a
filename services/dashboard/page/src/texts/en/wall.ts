import { plural } from "./plural";

/** Several videos at once. */
export const wall = {
  title: "Wall",
  add: "Add a video to the wall",
  addChoice: "Add a video …",
  startAll: "Start all",
  stopAll: "Stop all",
  fullScreen: "Full screen",
  emptyTitle: "No videos on the wall",
  emptyText: (most: number) =>
    `Add up to ${most} videos above. The address of this page then shows the same wall to everybody who opens it.`,
  picture: (name: string) => `Picture of ${name}`,
  start: (name: string) => `Start ${name}`,
  stop: (name: string) => `Stop ${name}`,
  remove: (name: string) => `Remove ${name} from the wall`,
  numbers: (total: number, inside: number | null) => {
    const vehicles = plural(total, { one: "# vehicle", other: "# vehicles" });
    return inside === null ? vehicles : `${vehicles}, ${inside} inside`;
  },
};
