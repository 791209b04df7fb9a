import { useId } from "react";
import type { Anchor } from "../contract";
import { texts } from "../texts";
import type { DraftItem } from "./draft";
import type { SiteDraft } from "./use-site-draft";

const ANCHORS: readonly Anchor[] = ["bottom_center", "center"];
const BOX = { left: 3, top: 3, width: 40, height: 24 };

/** Which point of its box stands for a vehicle, each shown on one. */
export function AnchorChoice({ editor, item }: { editor: SiteDraft; item: DraftItem }) {
  const name = useId();
  return (
    <fieldset className="type-choice anchor-choice" data-testid="anchor">
      <legend>{texts.site.anchor}</legend>
      {ANCHORS.map((anchor) => (
        <label key={anchor} className="type-chip">
          <input
            type="radio"
            name={name}
            value={anchor}
            checked={item.anchor === anchor}
            onChange={() => editor.change({ anchor })}
          />
          <span>
            <AnchorPicture anchor={anchor} />
            {texts.site.anchors[anchor]}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** A vehicle in its box, with the point. */
function AnchorPicture({ anchor }: { anchor: Anchor }) {
  const { left, top, width, height } = BOX;
  return (
    <svg className="anchor-picture" viewBox="0 0 46 32" width="46" height="32" aria-hidden="true">
      <path
        className="vehicle"
        d="M6 22v-6l4-1 4-8h16l6 8 4 2v5h-4a4 4 0 0 0-8 0H18a4 4 0 0 0-8 0ZM14 26a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM32 26a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z"
      />
      <rect x={left} y={top} width={width} height={height} />
      <circle cx={left + width / 2} cy={anchor === "center" ? top + height / 2 : top + height} r="3.5" />
    </svg>
  );
}
