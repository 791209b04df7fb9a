const EVERY_MS = 5 * 60_000;

/** Asks from time to time while somebody looks: the answer also renews the cookie of the session. */
export function stayLoggedIn(ask: () => void): void {
  const askIfSeen = (): void => {
    if (!document.hidden) ask();
  };
  setInterval(askIfSeen, EVERY_MS);
  addEventListener("focus", ask);
  document.addEventListener("visibilitychange", askIfSeen);
}
