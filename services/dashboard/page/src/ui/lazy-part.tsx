import { type ComponentType, lazy } from "react";
import { texts } from "../texts";
import { EmptyState } from "./empty-state";

/** Loaded when it is shown. Where that fails, since the server is gone or has a newer page, the rest stays. */
export function lazyPart<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy<ComponentType<Props>>(() => load().catch(() => ({ default: NotLoaded })));
}

function NotLoaded() {
  return (
    <EmptyState title={texts.ui.partNotLoaded} text={texts.ui.partNotLoadedText}>
      <button type="button" className="button" onClick={() => location.reload()}>
        {texts.ui.reload}
      </button>
    </EmptyState>
  );
}
