/** Light or dark: as the system, or as chosen. `public/start.js` restores the choice before anything is drawn. */

import { useSyncExternalStore } from "react";
import { store } from "./browser-store";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORED = "onwatch:theme";

const listeners = new Set<() => void>();

export function useTheme(): Theme {
  return useSyncExternalStore(listen, chosenTheme);
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  store(STORED, theme);
  colourBrowser();
  listeners.forEach((changed) => changed());
}

/** The bars of a phone's browser have the colour of the page. */
export function colourBrowser(): void {
  const theme = chosenTheme();
  document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]").forEach((meta) => {
    meta.media = mediaOf(meta.dataset.of!, theme);
  });
}

/** When a colour of the light or the dark theme applies. */
export function mediaOf(of: string, theme: Theme): string {
  if (theme === "system") return `(prefers-color-scheme: ${of})`;
  return of === theme ? "all" : "not all";
}

/** Calls `watcher` whenever the colours change, by the choice or by the system, until the returned function is called. */
export function watchColours(watcher: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", watcher);
  const unlisten = listen(watcher);
  return () => {
    system.removeEventListener("change", watcher);
    unlisten();
  };
}

/** A token as the colour that it is in the theme in use. */
export function colourOf(element: HTMLElement, token: string): string {
  element.style.outlineColor = `var(${token})`;
  const colour = getComputedStyle(element).outlineColor;
  element.style.outlineColor = "";
  return colour;
}

function chosenTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return THEMES.find((theme) => theme === chosen) ?? "system";
}

function listen(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
