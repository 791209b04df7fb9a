import type { VideoState } from "../state/video-state";

export function StatusBadge({ state, reason }: { state: VideoState; reason?: string | null }) {
  const { text, tone, isMoving } = state.badge;
  return (
    <span
      className="badge"
      data-kind={state.kind}
      data-tone={tone}
      data-moving={isMoving || undefined}
      data-testid="badge"
      title={reason ?? undefined}
    >
      <span className="dot" aria-hidden="true" />
      {text}
    </span>
  );
}
