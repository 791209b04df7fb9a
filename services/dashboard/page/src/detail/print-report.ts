import type { QueryClient } from "@tanstack/react-query";
import { buildParts, PART_TO_COME } from "../ui/part-below";

const LOOK_EVERY_MS = 50;
/** Without an answer, what is there is printed. */
const LATEST_MS = 5000;

/** Prints the page when the parts that were not seen yet are there, with what they have asked for. */
export async function printReport(client: QueryClient): Promise<void> {
  buildParts();
  const latest = performance.now() + LATEST_MS;
  do await new Promise((resume) => setTimeout(resume, LOOK_EVERY_MS));
  while ((document.querySelector(PART_TO_COME) || client.isFetching() > 0) && performance.now() < latest);
  print();
}
