import type { Video } from "../contract";

interface Props {
  /** Read aloud only. */
  label: string;
  /** Shown in place of a choice: each is done at once, and none stays chosen. */
  prompt: string;
  videos: readonly Video[];
  isDisabled: boolean;
  onChoose: (video: Video) => void;
  testId: string;
  className?: string;
}

/** Chooses a video to do something with. */
export function VideoSelect({ label, prompt, videos, isDisabled, onChoose, testId, className }: Props) {
  return (
    <label className={["select-field", className].filter(Boolean).join(" ")}>
      <span className="visually-hidden">{label}</span>
      <select
        value=""
        disabled={isDisabled}
        onChange={(event) => {
          const chosen = videos.find(({ id }) => id === event.target.value);
          if (chosen) onChoose(chosen);
        }}
        data-testid={testId}
      >
        <option value="" disabled>
          {prompt}
        </option>
        {videos.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
