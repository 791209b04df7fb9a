import type { VideoSort } from "../contract";
import { texts } from "../texts";
import { type ListView, sortedBy } from "./list-view";

type Column = keyof typeof texts.videos.columns;

/** Each column, and the order that the first click on it sets. */
const COLUMNS: readonly (readonly [Column, VideoSort | null])[] = [
  ["name", "name"],
  ["status", null],
  ["vehicles", null],
  ["duration", "-duration_s"],
  ["size", "-size_bytes"],
  ["added", "-created_at"],
];

export function TableHead({ view, onChange }: { view: ListView; onChange: (view: ListView) => void }) {
  return (
    <div className="video-row table-head" role="group" aria-label={texts.videos.order}>
      {COLUMNS.map(([column, first]) => (
        <span key={column} className={`column-${column}`}>
          {first ? (
            <button
              type="button"
              aria-pressed={isBy(view.order, first)}
              data-testid={`sort-${column}`}
              data-descending={isBy(view.order, first) ? view.order.startsWith("-") : undefined}
              onClick={() => onChange({ ...view, order: sortedBy(view.order, first) })}
            >
              {texts.videos.columns[column]}
            </button>
          ) : (
            texts.videos.columns[column]
          )}
        </span>
      ))}
    </div>
  );
}

function isBy(order: VideoSort, first: VideoSort): boolean {
  return order.replace("-", "") === first.replace("-", "");
}
