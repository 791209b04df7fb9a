export function DemoBanner({ model }: { model: string | null }) {
  if (model !== "demo") return null;
  return (
    <p className="notice" data-tone="warn" data-testid="demo-banner">
      These numbers come from the small demo model, made for synthetic clips. For real cameras, set{" "}
      <code>ONWATCH_DETECTOR_MODEL</code> or put a model into the data folder.
    </p>
  );
}
