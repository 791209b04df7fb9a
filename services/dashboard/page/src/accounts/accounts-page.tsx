import { useEffect } from "react";
import { type AccountSection, Link, paths } from "../routing/router";
import { mayAdminister } from "../session/rights";
import { useSession } from "../session/session-context";
import { texts } from "../texts";
import { EmptyState } from "../ui/empty-state";
import { AdministrationNavigation } from "./administration-navigation";
import { AuditSection } from "./audit-section";
import { LinksSection } from "./links-section";
import { StorageLine } from "./storage-line";
import { TokensSection } from "./tokens-section";
import { UsersSection } from "./users-section";
import { WebhooksSection } from "./webhooks-section";

const CONTENTS: Record<AccountSection, () => React.ReactNode> = {
  accounts: UsersSection,
  tokens: TokensSection,
  links: LinksSection,
  webhooks: WebhooksSection,
  audit: AuditSection,
};

/** For administrators: accounts, tokens, shared links and the audit log. */
export default function AccountsPage({ section }: { section: AccountSection }) {
  const session = useSession();
  useEffect(() => {
    document.title = texts.app.titleOf(texts.accounts.sections[section]);
  }, [section]);
  if (!mayAdminister(session)) {
    const { notAllowed, notAllowedText, noLogins, noLoginsText } = texts.accounts;
    const [title, text] = session.is_login_required ? [notAllowed, notAllowedText] : [noLogins, noLoginsText];
    return (
      <EmptyState title={title} text={text} isPage>
        <Link className="button" href={paths.list}>
          {texts.app.allVideos}
        </Link>
      </EmptyState>
    );
  }
  const Content = CONTENTS[section];
  return (
    <div className="accounts-page">
      <h1>{texts.accounts.title}</h1>
      <StorageLine />
      <AdministrationNavigation current={section} />
      <Content />
    </div>
  );
}
