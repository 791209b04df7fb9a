import { texts } from "../texts";
import { bytes } from "../ui/format";
import { useStorage } from "./queries";

/** How much all videos take, and how much they may. */
export function StorageLine() {
  const { data } = useStorage();
  if (!data) return null;
  const { used_bytes: usedBytes, limit_bytes: limitBytes } = data;
  if (limitBytes === null) return <p className="storage-line muted">{texts.accounts.storage(bytes(usedBytes))}</p>;
  const text = texts.accounts.storageOf(bytes(usedBytes), bytes(limitBytes));
  return (
    <p className="storage-line muted" data-testid="storage">
      {text} <meter aria-label={text} value={usedBytes} max={limitBytes} high={0.9 * limitBytes} />
    </p>
  );
}
