import { texts } from "../texts";
import { shortNumber } from "../texts/locale";
import { NumberField } from "../ui/number-field";
import { DOUBTFUL_ERROR, errorOf, gridOf, isRectangle, MAX_SIDE_M, MIN_SIDE_M } from "./calibration";
import type { SiteDraft } from "./use-site-draft";

/** Two lengths of the rectangle on the road, and how well it fits. */
export function ScaleFields({ editor }: { editor: SiteDraft }) {
  const { calibration } = editor.draft;
  if (!calibration) return null;
  const { scale } = texts.site;
  const [a, b] = calibration.side_lengths_m;
  const grid = gridOf(calibration);
  const error = errorOf(calibration, editor.aspectRatio);
  return (
    <div className="editor-fields">
      {([a, b] as const).map((lengthM, which) => (
        <NumberField
          key={which}
          label={which ? scale.sideB : scale.sideA}
          value={lengthM}
          min={MIN_SIDE_M}
          max={MAX_SIDE_M}
          onChange={(typed) => editor.setLength(which as 0 | 1, typed)}
          testId={`side-${which ? "b" : "a"}`}
        />
      ))}
      <button type="button" className="button" onClick={editor.removeScale} data-testid="remove-scale">
        {scale.remove}
      </button>
      <p className="scale-fit" role="status" data-testid="scale-fit" data-tone={isDoubtful(error) ? "warn" : "calm"}>
        {!isRectangle(calibration) && scale.fourLengths}
        {grid && `${scale.grid(shortNumber(grid.stepM, 1))} `}
        {error !== null && `${scale.error(`${shortNumber(error * 100, 1)} %`)} `}
        {error !== null && (isDoubtful(error) ? scale.doubtful : scale.good)}
      </p>
    </div>
  );
}

function isDoubtful(error: number | null): boolean {
  return error !== null && error > DOUBTFUL_ERROR;
}
