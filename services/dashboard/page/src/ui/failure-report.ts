const LINES = 8;

/** Enough to find an error, in one line. Of the address only the path: the rest may name a moment or a person. */
export function failureReport(error: unknown, componentStack: string, path: string, browser: string): string {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? "").replace(said, "") : "";
  return [said, path, linesOf(stack), linesOf(componentStack), browser].filter((fact) => fact !== "").join(" | ");
}

function linesOf(stack: string): string {
  const lines = stack.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .slice(0, LINES)
    .join(" ");
}
