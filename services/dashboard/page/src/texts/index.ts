/** All words of the page, in the chosen language; README.md says how to add some. */

import { useSyncExternalStore } from "react";
import { store, stored } from "../ui/browser-store";
import { en, type Texts } from "./en";
import { setLocale } from "./locale";

export type { Texts } from "./en";

/** In the order of the choice, each by its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** English comes with the page, the others are loaded when they are chosen. */
const LOADERS: Record<Language, () => Promise<Texts>> = {
  en: () => Promise.resolve(en),
  de: () => import("./de").then(({ de }) => de),
};

const STORED = "onwatch:language";

/** The catalogue in use. It changes: read it where a text is shown, never into a constant of a module. */
export let texts: Texts = en;
let language: Language = "en";

const listeners = new Set<() => void>();

/** Before anything is shown: the language chosen earlier, else the first one of the browser that exists here. */
export async function restoreLanguage(): Promise<void> {
  await use(languageOf(stored(STORED), navigator.languages));
}

export function languageOf(chosen: string | null, preferred: readonly string[]): Language {
  const known = [chosen ?? "", ...preferred.map((tag) => tag.split("-")[0]!.toLowerCase())].find(isLanguage);
  return known ?? "en";
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  if (await use(chosen)) store(STORED, chosen);
}

/** The component is drawn again with another language; below it everything has to be mounted anew, by `key`. */
export function useLanguage(): Language {
  return useSyncExternalStore(listen, () => language);
}

/** False, and nothing changes, if it cannot be loaded: the server is gone, or has a newer page. */
async function use(chosen: Language): Promise<boolean> {
  try {
    texts = await LOADERS[chosen]();
  } catch {
    return false;
  }
  language = chosen;
  setLocale(navigator.languages.find((tag) => tag.split("-")[0] === chosen) ?? chosen);
  document.documentElement.lang = chosen;
  listeners.forEach((changed) => changed());
  return true;
}

function listen(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}
