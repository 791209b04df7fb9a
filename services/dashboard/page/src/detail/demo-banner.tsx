import { texts } from "../texts";

export function DemoBanner({ model }: { model: string | null }) {
  if (model !== "demo") return null;
  const [before, after] = texts.numbers.demo;
  return (
    <p className="notice" data-tone="warn" data-testid="demo-banner">
      {before} <code>ONWATCH_DETECTOR_MODEL</code> {after}
    </p>
  );
}
