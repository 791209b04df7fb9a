import type { Problem } from "../contract";

/** The server's answer to a request it would not or could not meet; the message is for a person. */
export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The reason in an error answer: a problem document's detail, or the bare status of anything else. */
export function requestFailed(status: number, body: string): RequestFailed {
  const problem = parseProblem(body);
  const message = problem?.detail || problem?.title || `The server answered ${status} without a reason.`;
  return new RequestFailed(status, problem?.code ?? "unknown", message);
}

function parseProblem(body: string): Partial<Problem> | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" ? parsed : null;
  } catch {
    return null; // A proxy's own page, say: the status has to do.
  }
}

export const UNREACHABLE = "Onwatch does not answer. Check that it is running.";

async function request(url: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new RequestFailed(0, "unreachable", UNREACHABLE);
  }
  if (!response.ok) throw requestFailed(response.status, await response.text());
  return response;
}

export async function getJson<T>(url: string, signal: AbortSignal): Promise<T> {
  return (await (await request(url, { signal })).json()) as T;
}

export async function send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", url: string, body?: unknown): Promise<T | null> {
  const json =
    body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await request(url, { method, ...json });
  const text = await response.text();
  return text ? (JSON.parse(text) as T) : null;
}

/** What to tell a person about any error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
