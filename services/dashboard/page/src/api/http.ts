import type { Problem } from "../contract";
import { texts } from "../texts";
import { doubtSession } from "./session-doubt";

/** An error response, or none at all; the message is for the user. */
export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Whether the server has refused it: asked again, it would again. */
export function isRefusal(error: unknown): boolean {
  return error instanceof RequestFailed && error.status >= 400 && error.status < 500;
}

/** The error of a response: with the problem document's detail, or else with the status. */
export function requestFailed(status: number, body: string): RequestFailed {
  const problem = parseProblem(body);
  if (problem?.code === "not_logged_in") doubtSession();
  const message = problem?.detail || problem?.title || texts.app.withoutReason(status);
  return new RequestFailed(status, problem?.code ?? "unknown", message);
}

function parseProblem(body: string): Partial<Problem> | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" ? parsed : null;
  } catch {
    return null; // For example the error page of a proxy.
  }
}

async function request(url: string, init?: RequestInit, asked?: Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await (asked ?? fetch(url, init));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new RequestFailed(0, "unreachable", texts.app.unreachable);
  }
  if (!response.ok) throw requestFailed(response.status, await response.text());
  return response;
}

/** `asked`: a request for it that is under way. */
export async function getJson<T>(url: string, signal: AbortSignal, asked?: Promise<Response>): Promise<T> {
  return (await (await request(url, { signal }, asked)).json()) as T;
}

/** The answer with its version, which a change may require (`If-Match`). */
export async function getVersioned<T extends object>(url: string, signal: AbortSignal): Promise<Versioned<T>> {
  const response = await request(url, { signal });
  return { ...((await response.json()) as T), etag: response.headers.get("ETag") };
}

export type Versioned<T> = T & { etag: string | null };

type WriteMethod = "POST" | "PUT" | "PATCH" | "DELETE";

/** With `etag`, the change is refused with 412 if somebody else has made one since. */
export async function send<T>(method: WriteMethod, url: string, body?: unknown, etag: string | null = null): Promise<T | null> {
  const headers = {
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(etag === null ? {} : { "If-Match": etag }),
  };
  const response = await request(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text ? (JSON.parse(text) as T) : null;
}

/** The text of any error for the user. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
