/** Room for the ring around an item. */
const RING_PX = 4;

/** Scrolls the container only: `scrollIntoView` would scroll the whole page, too. */
export function reveal(container: HTMLElement, item: Element): void {
  const [view, box] = [container.getBoundingClientRect(), item.getBoundingClientRect()];
  container.scrollBy({
    left: beyond(view.left, view.right, box.left, box.right),
    top: beyond(view.top, view.bottom, box.top, box.bottom),
  });
}

/** How far the box is outside of the view; 0 when it is inside. */
function beyond(viewStart: number, viewEnd: number, start: number, end: number): number {
  if (start < viewStart) return start - viewStart - RING_PX;
  return end > viewEnd ? end - viewEnd + RING_PX : 0;
}
