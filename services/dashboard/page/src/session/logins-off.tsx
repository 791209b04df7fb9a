import { texts } from "../texts";
import { useSession } from "./session-context";

/** Always there while everybody may do everything: nobody should find that out later. */
export function LoginsOffStrip() {
  if (useSession().is_login_required) return null;
  return (
    <aside className="logins-off" aria-label={texts.session.warning} data-testid="logins-off">
      {texts.session.loginsOff}
    </aside>
  );
}
