import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from "react";

const NAVIGATED = "onwatch:navigated";

export type Route = { page: "list" } | { page: "video"; id: string } | { page: "unknown" };

export const paths = {
  list: "/",
  video: (id: string) => `/videos/${encodeURIComponent(id)}`,
};

export function routeOf(pathname: string): Route {
  if (pathname === "/" || pathname === "/videos") return { page: "list" };
  const id = /^\/videos\/([A-Za-z0-9_-]{1,64})\/?$/.exec(pathname)?.[1];
  return id === undefined ? { page: "unknown" } : { page: "video", id };
}

export function usePathname(): string {
  return useSyncExternalStore(watch, () => location.pathname);
}

let guard: ((path: string) => void) | null = null;

/** Has every navigation ask first: the guard gets the wanted path instead, also of the Back button. Null: none does. */
export function setGuard(ask: ((path: string) => void) | null): void {
  guard = ask;
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
