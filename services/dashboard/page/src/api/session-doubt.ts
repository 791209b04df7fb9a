/** Where requests and connections meet signs that the session has ended; who keeps the session then asks the server. */

let ask = (): void => undefined;

export function whenInDoubt(asking: () => void): void {
  ask = asking;
}

export function doubtSession(): void {
  ask();
}
