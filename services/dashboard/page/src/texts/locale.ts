/** Numbers and dates as the chosen language writes them. */

/** Of numbers and dates, like "en-GB"; a regional form of the chosen language if the browser prefers one. */
export let locale = "en";

const made = new Map<string, Intl.NumberFormat>();

export function setLocale(chosen: string): void {
  locale = chosen;
  made.clear(); // Making one takes longer than its use.
}

/** 12345.678 with one digit: "12,345.7". */
export function number(value: number, digits = 0): string {
  if (digits === 0 && isPlain(value)) return String(value);
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return formatOf(`${digits}`, options).format(value);
}

/** At most this many digits after the point: 24 -> "24", 29.97003 -> "29.97". */
export function shortNumber(value: number, digits: number): string {
  if (isPlain(value)) return String(value);
  return formatOf(`<${digits}`, { maximumFractionDigits: digits }).format(value);
}

/** Every language of the page writes it the same, and a phone takes long to make its first format. */
function isPlain(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 1000 && !Object.is(value, -0);
}

function formatOf(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = made.get(name) ?? new Intl.NumberFormat(locale, options);
  made.set(name, known);
  return known;
}

export function dateTime(value: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, options).format(value);
}

export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** The plural of a language: "#" in a form is the number, as in `{ one: "# video", other: "# videos" }`. */
export function pluralIn(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace("#", number(count));
}
