import { useEffect } from "react";
import type { RoiDraft } from "./use-roi-draft";

/** The starting position of points that are added by keyboard. */
const CENTRE = [0.5, 0.5] as const;

export function RoiToolbar({ draft }: { draft: RoiDraft }) {
  const { cancel } = draft;
  useEffect(() => {
    const escape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") cancel();
    };
    addEventListener("keydown", escape);
    return () => removeEventListener("keydown", escape);
  });
  const none = draft.points.length === 0;
  return (
    <div className="roi-toolbar">
      <p className="roi-hint" role="status" data-testid="roi-hint" data-tone={draft.problem ? "bad" : "calm"}>
        {draft.saveError ?? draft.problem ?? hint(draft.points.length)}
      </p>
      <div className="controls">
        <button type="button" className="button" onClick={() => draft.add([...CENTRE])} data-testid="roi-add">
          Add point
        </button>
        <button type="button" className="button" onClick={draft.undo} disabled={none} data-testid="roi-undo">
          Undo last point
        </button>
        <button type="button" className="button" onClick={draft.clear} disabled={none} data-testid="roi-clear">
          Clear
        </button>
        <span className="spacer" />
        <button type="button" className="button" onClick={draft.cancel} data-testid="roi-cancel">
          Cancel
        </button>
        <button
          type="button"
          className="button primary"
          onClick={draft.save}
          disabled={draft.problem !== null || draft.saving}
          data-testid="roi-save"
        >
          {draft.saving ? "Saving…" : "Save region"}
        </button>
      </div>
    </div>
  );
}

function hint(points: number): string {
  if (points === 0) return "No region: vehicles are counted in the whole frame. Click the picture to add points.";
  return "Click to add a point, drag to move one. The region applies from the next run.";
}
