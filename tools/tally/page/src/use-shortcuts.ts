import { useEffect } from "react";
import { type Action, actionOf } from "./shortcuts";

/** Keys that the focused element handles itself. */
const TAKEN = 'button, a, summary, [role="slider"]';

/** Keys work wherever the focus is, except those the focused element handles, and not below a dialog. */
export function useShortcuts(act: (action: Action) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]")) return;
      const action = actionOf(event);
      if (!action || (event.key === " " && (event.target as Element).matches(TAKEN))) return;
      event.preventDefault();
      act(action);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}
