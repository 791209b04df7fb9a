import { paths } from "../routing/router";

type Address = Pick<Location, "pathname" | "hash">;

/** The code of a one-time or a shared link: `/login#CODE`. */
export function codeIn({ pathname, hash }: Address): string | null {
  return pathname === paths.login && hash.length > 1 ? decoded(hash.slice(1)) : null;
}

/** The code, once: the address loses it, so that it is in no history and no copied address. */
export function takeCode(address: Address, replace: (path: string) => void): string | null {
  const code = codeIn(address);
  if (code !== null) replace(paths.login);
  return code;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // The server refuses it.
  }
}
