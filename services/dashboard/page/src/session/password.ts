import { texts } from "../texts";

/** As of `libs/contracts/.../accounts.py`. */
export const MIN_PASSWORD_CHARS = 10;

/** Why a new password cannot be taken; null: it can. */
export function passwordProblem(password: string): string | null {
  return password.length < MIN_PASSWORD_CHARS ? texts.session.tooShort(MIN_PASSWORD_CHARS) : null;
}
