"""What a page that is shown is inspected for: faults of accessibility, and a layout that fits."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page, ViewportSize

AXE = Path(__file__).parents[2] / "services/dashboard/page/node_modules/axe-core/axe.min.js"
"""Installed with the packages of the page (`make page`)."""

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTHS = {"phone": (360, 740), "laptop": (1280, 800), "wall": (2560, 1440)}

SETTLING_FRAMES = 100
"""Screens that a page may take to fit a window of another size."""

LAYOUT_FAULTS = """
() => {
  const faults = [];
  const excess = document.documentElement.scrollWidth - innerWidth;
  if (excess > 0) faults.push(`the page is ${excess} px wider than the window`);
  const name = (element) => `${element.tagName.toLowerCase()} “${
    (element.getAttribute('aria-label') ?? element.innerText ?? '').trim().slice(0, 40)}”`;
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isClipped = (element) => {
    for (let each = element; each; each = each.parentElement) {
      if (getComputedStyle(each).clipPath === 'inset(50%)') return true;  // read aloud only
    }
    return false;
  };
  const scrolls = (element) => {
    for (let each = element; each; each = each.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(each).overflowX)) return true;
    }
    return false;
  };
  const controls = [...document.querySelectorAll('button, select, input:not([type=checkbox]):not([type=radio]), a')]
    .filter((element) => isSeen(element) && !isClipped(element) && !element.closest('.skip-link, .edit-layer'))
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1 && box.height > 1);
  for (const { element, box } of controls) {
    if ((box.left < -0.5 || box.right > innerWidth + 0.5) && !scrolls(element)) {
      faults.push(`${name(element)} is cut off`);
    }
  }
  for (const element of document.querySelectorAll('button, a[href]')) {
    if (isSeen(element) && isClipped(element)) faults.push(`${name(element)} takes the focus, but is not seen`);
  }
  const isFixed = (element) => element.closest('.shell-header, .toasts, .upload-dock, .editor-foot, dialog') !== null;
  controls.forEach(({ element, box }, at) => {
    for (const other of controls.slice(at + 1)) {
      if (element.contains(other.element) || other.element.contains(element)) continue;
      if (isFixed(element) !== isFixed(other.element)) continue;
      const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      if (across > 1 && down > 1) faults.push(`${name(element)} lies on ${name(other.element)}`);
    }
  });
  return faults;
}
"""

# A transition that has not ended shows colours that are in no theme. The mark of what runs pulses for ever.
ENDED_TRANSITIONS = """
() => Promise.all(document.getAnimations()
  .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime))
  .map((each) => each.finished.catch(() => 0)))
"""

# The sum over the whole life of the page, which is at least the largest of its session windows.
LAYOUT_SHIFT = """
() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})
"""


@cache
def _axe() -> str:
    return AXE.read_text()


async def accessibility_faults(page: Page, *, only: str | None = None) -> list[str]:
    """One line for each fault that axe finds; `only` one of its rules."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    rules = {"runOnly": {"type": "rule", "values": [only]}} if only else {}
    await page.evaluate(ENDED_TRANSITIONS)
    result: dict[str, Any] = await page.evaluate("options => axe.run(document, options)", rules)
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


async def layout_faults(page: Page) -> list[str]:
    """One line for each control that is cut off, covered or not seen, and for a page that is too wide."""
    faults: list[str] = []
    for _ in range(SETTLING_FRAMES):
        faults = await page.evaluate(LAYOUT_FAULTS)
        if not faults:
            break
        await page.evaluate("new Promise(requestAnimationFrame)")  # what is measured is laid out again
    return faults


async def layout_shift(page: Page) -> float:
    """How far what is shown has moved by itself: the sum of Cumulative Layout Shift."""
    return float(await page.evaluate(LAYOUT_SHIFT))


async def faults_of(page: Page) -> list[str]:
    """Of layout at every width, and of accessibility in both themes."""
    faults: list[str] = []
    for name, (width, height) in WIDTHS.items():
        await page.set_viewport_size(ViewportSize(width=width, height=height))
        faults += [f"{name}: {fault}" for fault in await layout_faults(page)]
    faults += await accessibility_faults(page)
    await page.emulate_media(color_scheme="dark")
    faults += [f"dark: {fault}" for fault in await accessibility_faults(page, only="color-contrast")]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 1280, "height": 900})
    return faults
