import { Suspense, useRef, useState } from "react";
import { reasonOf } from "../api/http";
import type { Session } from "../contract";
import { Link, paths } from "../routing/router";
import { texts } from "../texts";
import { PersonIcon } from "../ui/icons";
import { lazyPart } from "../ui/lazy-part";
import { useToast } from "../ui/toasts";
import { mayAdminister, mayChangePassword, maySeeStatus } from "./rights";
import { useSession, useSessionKeeper } from "./session-context";

const PasswordDialog = lazyPart(() => import("./password-dialog"));

const MENU = "account-menu";

/** Who is logged in, and what can be done about it; without logins the pages of the administration that there are. */
export function AccountMenu() {
  const session = useSession();
  const keeper = useSessionKeeper();
  const toast = useToast();
  const menu = useRef<HTMLDivElement>(null);
  const [isChanging, setChanging] = useState(false);
  const name = shownName(session);
  const close = (): void => menu.current?.hidePopover();
  const logOut = async (): Promise<void> => {
    try {
      await keeper.logOut();
    } catch (error) {
      toast({ tone: "bad", text: texts.session.notLoggedOut(reasonOf(error)) });
    }
  };
  return (
    <>
      <button
        type="button"
        className="account-button"
        popoverTarget={MENU}
        aria-label={texts.session.accountOf(name)}
        title={name}
        data-testid="account"
      >
        <PersonIcon />
        <span>{name}</span>
      </button>
      <div id={MENU} ref={menu} popover="auto" className="account-menu" role="group" aria-label={texts.session.account}>
        <p className="account-who" data-testid="account-who">
          <strong>{name}</strong>
          <span className="muted">{roleText(session)}</span>
        </p>
        {mayAdminister(session) && (
          <Link href={paths.accounts()} onClick={close} data-testid="open-accounts">
            {texts.session.administration}
          </Link>
        )}
        {maySeeStatus(session) && (
          <Link href={paths.status} onClick={close} data-testid="open-status">
            {texts.status.title}
          </Link>
        )}
        {session.kind !== "link" && (
          <Link href={paths.api} onClick={close}>
            {texts.app.api}
          </Link>
        )}
        {mayChangePassword(session) && (
          <button
            type="button"
            onClick={() => {
              close();
              setChanging(true);
            }}
            data-testid="change-password"
          >
            {texts.session.changePassword}
          </button>
        )}
        {session.is_login_required && (
          <button type="button" onClick={() => void logOut()} data-testid="log-out">
            {texts.session.logOut}
          </button>
        )}
      </div>
      {isChanging && (
        <Suspense>
          <PasswordDialog onClose={() => setChanging(false)} />
        </Suspense>
      )}
    </>
  );
}

function shownName({ is_login_required, kind, name }: Session): string {
  if (!is_login_required) return texts.session.everybody;
  return kind === "link" ? texts.session.shared : (name ?? "");
}

function roleText({ is_login_required, kind, role }: Session): string {
  if (!is_login_required) return texts.session.withoutLogins;
  if (kind === "link") return texts.session.sharedReadOnly;
  return role ? texts.session.roles[role] : "";
}
