import { FIRST_VIEW, type ListView } from "./list-view";

/** Kept while other pages are open; the next and previous video follow it. */
let kept = FIRST_VIEW;

export function currentView(): ListView {
  return kept;
}

export function keepView(view: ListView): ListView {
  kept = view;
  return view;
}
