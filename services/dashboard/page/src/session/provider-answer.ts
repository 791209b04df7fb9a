import type { ProviderAnswer } from "../contract";
import { paths } from "../routing/router";

const ASKED_FOR = "onwatch:asked-for";

type Address = Pick<Location, "pathname" | "search">;
type Memory = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What a provider says after a login, successful or not: `/login?state=...`. */
export function answerIn({ pathname, search }: Address): ProviderAnswer | null {
  if (pathname !== paths.login) return null;
  const query = new URLSearchParams(search);
  const state = query.get("state");
  if (state === null) return null;
  return {
    state,
    code: query.get("code"),
    error: query.get("error"),
    error_description: query.get("error_description"),
    iss: query.get("iss"),
  };
}

/** Before the browser goes to the provider: the page that was asked for. */
export function keepAskedFor({ pathname, search }: Address, memory: Memory): void {
  if (pathname === paths.login) memory.removeItem(ASKED_FOR);
  else memory.setItem(ASKED_FOR, pathname + search);
}

/** The answer, once: the address becomes that of the page that was asked for. */
export function takeAnswer(address: Address, memory: Memory, replace: (path: string) => void): ProviderAnswer | null {
  const answer = answerIn(address);
  if (answer === null) return null;
  replace(memory.getItem(ASKED_FOR) ?? paths.login);
  memory.removeItem(ASKED_FOR);
  return answer;
}
