import { expect, it } from "vitest";
import { de } from "./de";
import { en } from "./en";
import { LANGUAGES, languageOf } from "./index";
import { number, pluralIn, setLocale, shortNumber } from "./locale";

/** "videos.orders.newest" and its text; of a function, what it says about example values. */
function entries(part: object, path = ""): [string, unknown][] {
  return Object.entries(part).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? entries(value, `${path}${key}.`) : [[`${path}${key}`, value]],
  );
}

const CATALOGUES = { en, de } as const;

it.each(Object.keys(LANGUAGES) as (keyof typeof CATALOGUES)[])("has a text for every key in %s", (language) => {
  const found = entries(CATALOGUES[language]);
  const empty = found.filter(([, text]) => typeof text !== "function" && !String(text).trim());

  expect(empty).toEqual([]);
  expect(found.map(([key]) => key).sort()).toEqual(
    entries(en)
      .map(([key]) => key)
      .sort(),
  );
});

it("has no key that is the same text in both but for words that both languages use", () => {
  const german = new Map(entries(de));
  const same = entries(en).filter(([key, text]) => typeof text === "string" && german.get(key) === text);

  expect(same.map(([, text]) => text).filter((text) => !SHARED.includes(String(text)))).toEqual([]);
});

/** Also German. */
const SHARED = [
  "API",
  "Onwatch",
  "Videos",
  "Player",
  "Live",
  "Live.",
  "Name",
  "Zone",
  "Uploads",
  "Pause",
  "Administrator",
  "Tokens",
  "Webhooks",
  "Test",
];

it("prefers what was chosen, then the first known language of the browser", () => {
  expect(languageOf("en", ["fr"])).toBe("en");
  expect(languageOf("tlh", ["fr-FR", "en-GB"])).toBe("en");
  expect(languageOf(null, ["fr", "de-AT", "en"])).toBe("de");
  expect(languageOf("en", ["de"])).toBe("en");
  expect(languageOf(null, [])).toBe("en");
});

it("writes numbers and plurals as the language does", () => {
  const english = pluralIn("en");
  expect([0, 1, 1234].map((count) => english(count, { one: "# car", other: "# cars" }))).toEqual([
    "0 cars",
    "1 car",
    "1,234 cars",
  ]);
  setLocale("de");
  try {
    expect([number(1234.56, 1), shortNumber(24, 2)]).toEqual(["1.234,6", "24"]);
  } finally {
    setLocale("en");
  }
});
