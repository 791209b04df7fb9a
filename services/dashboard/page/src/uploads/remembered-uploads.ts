import { store, stored } from "../ui/browser-store";
import type { Memory } from "./unfinished";

const STORED = "onwatch:uploads";

/** By this browser, for all its pages. */
export const rememberedUploads: Memory = {
  read: () => stored(STORED),
  write: (text) => store(STORED, text),
};
