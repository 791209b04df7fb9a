import { drawName, drawShape, inPixels, isDrawn, NAME_HEIGHT, nameWidth, type Size } from "../site/draw-shape";
import type { PlaceKey, Shape } from "../site/shapes";
import { placeNames, shortened, widestName } from "./place-names";

/** Zones and gates with their names, on a picture of that size. */
export function drawPlaces(
  context: CanvasRenderingContext2D,
  places: readonly Shape[],
  size: Size,
  highlighted: PlaceKey | null = null,
): void {
  const isHighlighted = ({ key }: Shape): boolean => key === highlighted;
  const shapes = places.filter((shape) => isDrawn(shape, isHighlighted(shape)));
  for (const shape of shapes) drawShape(context, shape, size, isHighlighted(shape));
  const widthOf = (name: string): number => nameWidth(context, name);
  const names = shapes.map(({ name }) => shortened(name, widestName(size.width), widthOf));
  const named = shapes.map((shape, at) => ({
    points: inPixels(shape, size),
    width: widthOf(names[at]!),
    isImportant: isHighlighted(shape),
  }));
  placeNames(named, NAME_HEIGHT, size).forEach((corner, at) => {
    if (corner) drawName(context, names[at]!, shapes[at]!.color, corner.x, corner.y);
  });
}
