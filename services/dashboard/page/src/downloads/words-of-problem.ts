import { texts } from "../texts";
import type { DownloadProblem } from "./downloads";

/** A problem of the API in the chosen language, with the server's sentence where it says more. */
export function wordsOfProblem({ code, detail }: DownloadProblem): string {
  const words: Record<string, (detail: string) => string> = texts.downloads.problems;
  return Object.hasOwn(words, code) ? words[code]!(detail) : detail;
}
