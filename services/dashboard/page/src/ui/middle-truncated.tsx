/** Names of recordings differ at their ends, which are always shown. */
const END_CHARS = 14;

/** A text on one line that loses its middle where there is no room for all of it. */
export function MiddleTruncated({ text }: { text: string }) {
  const at = Math.max(0, text.length - END_CHARS);
  return (
    <span className="middle-truncated">
      <span>{text.slice(0, at)}</span>
      <span>{text.slice(at)}</span>
    </span>
  );
}
