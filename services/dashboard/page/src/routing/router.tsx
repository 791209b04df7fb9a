import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from "react";

const NAVIGATED = "onwatch:navigated";

export const ACCOUNT_SECTIONS = ["accounts", "tokens", "links", "webhooks", "audit"] as const;
export type AccountSection = (typeof ACCOUNT_SECTIONS)[number];

export type Route =
  | { page: "list" }
  | { page: "video"; id: string }
  | { page: "wall" }
  | { page: "accounts"; section: AccountSection }
  | { page: "status" }
  | { page: "api" }
  | { page: "unknown" };

export const paths = {
  list: "/",
  wall: "/wall",
  login: "/login",
  api: "/api-docs",
  status: "/status",
  accounts: (section: AccountSection = "accounts") => (section === "accounts" ? "/accounts" : `/accounts/${section}`),
  video: (id: string) => `/videos/${encodeURIComponent(id)}`,
};

export function routeOf(pathname: string): Route {
  if (pathname === "/" || pathname === "/videos") return { page: "list" };
  if (pathname === "/wall") return { page: "wall" };
  if (pathname === paths.api) return { page: "api" };
  if (pathname === paths.status) return { page: "status" };
  const section = ACCOUNT_SECTIONS.find((each) => pathname === paths.accounts(each));
  if (section) return { page: "accounts", section };
  const id = /^\/videos\/([A-Za-z0-9_-]{1,64})\/?$/.exec(pathname)?.[1];
  return id === undefined ? { page: "unknown" } : { page: "video", id };
}

export function usePathname(): string {
  return useSyncExternalStore(watch, () => location.pathname);
}

/** What follows "?" in the address. */
export function useSearch(): string {
  return useSyncExternalStore(watch, () => location.search);
}

let guard: ((path: string) => void) | null = null;

/** Has every navigation ask first: the guard gets the wanted path instead, also of the Back button. Null: none does. */
export function setGuard(ask: ((path: string) => void) | null): void {
  guard = ask;
}

/** Something on the page is not saved. */
export function isGuarded(): boolean {
  return guard !== null;
}

function watch(changed: () => void): () => void {
  const shown = location.pathname;
  const popped = (): void => {
    const wanted = location.pathname;
    if (!guard || wanted === shown) return changed();
    history.pushState(null, "", shown); // Back on the page that is still shown.
    guard(wanted);
  };
  addEventListener("popstate", popped);
  addEventListener(NAVIGATED, changed);
  return () => {
    removeEventListener("popstate", popped);
    removeEventListener(NAVIGATED, changed);
  };
}

export function navigate(path: string): void {
  if (guard && path !== location.pathname) return guard(path);
  if (path !== location.pathname) history.pushState(null, "", path);
  dispatchEvent(new Event(NAVIGATED));
}

/** Shows another page in place of this one, which the Back button does not come back to. */
export function replacePage(path: string): void {
  history.replaceState(null, "", path);
  dispatchEvent(new Event(NAVIGATED));
}

/** A link that navigates without a reload; it can still be opened in a new tab. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
