/** Enough to find the error, in one line; of the address only the path, since the rest may name a moment or a person. */
export function failureReport(error: unknown, componentStack: string | null): string {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? "").replace(said, "") : "";
  const facts = [said, location.pathname, linesOf(stack), linesOf(componentStack ?? ""), navigator.userAgent];
  return facts.filter((fact) => fact !== "").join(" | ");
}

const LINES = 8;

function linesOf(stack: string): string {
  const lines = stack.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .slice(0, LINES)
    .join(" ");
}
