/** Ratings by the usual thresholds: they colour the number and never replace it. */
export type Verdict = "good" | "warn" | "bad";

/** FHWA-HRT-04-040, table 4: under 5 is required; above 10 a flow does not fit. */
export function gehVerdict(geh: number): Verdict {
  if (geh < 5) return "good";
  return geh <= 10 ? "warn" : "bad";
}

/** C. D. Lewis, "Industrial and Business Forecasting Methods", 1982: to 20 % good, to 50 % reasonable. */
export function mapeVerdict(percent: number): Verdict {
  if (percent <= 20) return "good";
  return percent <= 50 ? "warn" : "bad";
}
