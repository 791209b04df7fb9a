export function DemoBanner({ model }: { model: string | null }) {
  if (model !== "demo") return null;
  return (
    <p className="notice" data-tone="warn" data-testid="demo-banner">
      Numbers come from the small demo model made for synthetic clips; set <code>ONWATCH_DETECTOR_MODEL</code> or put a
      model in the data folder for real cameras.
    </p>
  );
}
