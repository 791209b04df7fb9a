/** Places labels so that they hide no vehicle: above its box, below it, or inside of a large one; else nowhere. */

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Labelled {
  box: Rect;
  width: number;
  /** It is placed first, and even where it hides something. */
  isImportant: boolean;
}

/** A box this many labels high and one wide has room for a label inside. */
const ROOM = 2.5;

/** The upper left corner of each label, in the order of the boxes; null where there is no room. All in pixels. */
export function placeLabels(
  labelled: readonly Labelled[],
  height: number,
  picture: { width: number; height: number },
): ({ x: number; y: number } | null)[] {
  const taken: Rect[] = [];
  const places: ({ x: number; y: number } | null)[] = labelled.map(() => null);
  const boxes = labelled.map(({ box }) => box);
  const inOrder = labelled.map((_, index) => index);
  inOrder.sort((a, b) => Number(labelled[b]!.isImportant) - Number(labelled[a]!.isImportant));
  for (const index of inOrder) {
    const { box, width, isImportant } = labelled[index]!;
    const x = Math.max(0, Math.min(box.left, picture.width - width));
    const rectAt = (y: number): Rect => ({ left: x, top: y, right: x + width, bottom: y + height });
    const others = boxes.filter((_, other) => other !== index);
    const isFree = (y: number): boolean => {
      const rect = rectAt(y);
      const isInPicture = y >= 0 && rect.bottom <= picture.height;
      return isInPicture && ![...others, ...taken].some((other) => overlap(rect, other));
    };
    const hasRoom = box.bottom - box.top >= ROOM * height && box.right - box.left >= width;
    const choices = [box.top - height, box.bottom, ...(hasRoom ? [box.top] : [])];
    const free = choices.find(isFree);
    const y = free ?? (isImportant ? Math.max(0, box.top - height) : null);
    if (y === null) continue;
    taken.push(rectAt(y));
    places[index] = { x, y };
  }
  return places;
}

export function overlap(a: Rect, b: Rect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
