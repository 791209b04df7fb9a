const LINES = 8;

type Address = Pick<Location, "origin" | "pathname">;

/** Enough to find an error, in one line. Of addresses only the path: the rest may name a server, a moment or a person. */
export function failureReport(error: unknown, componentStack: string, address: Address, browser: string): string {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error ? (error.stack ?? "").replace(said, "") : "";
  const facts = [said, address.pathname, linesOf(stack), linesOf(componentStack), browser].filter((fact) => fact !== "");
  return facts.join(" | ").replaceAll(address.origin, "");
}

function linesOf(stack: string): string {
  const lines = stack.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .slice(0, LINES)
    .join(" ");
}
