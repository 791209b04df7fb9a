import { useEffect, useRef } from "react";
import { ACCOUNT_SECTIONS, type AccountSection, Link, paths } from "../routing/router";
import { texts } from "../texts";
import { reveal } from "../ui/reveal";

/** The parts of the administration, and the status beside them. */
export function AdministrationNavigation({ current }: { current: AccountSection | "status" }) {
  const navigation = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another part may be beyond the edge of a phone
  useEffect(() => {
    const item = navigation.current?.querySelector("[aria-current]");
    if (navigation.current && item) reveal(navigation.current, item);
  }, [current]);
  const currentOf = (part: AccountSection | "status") => (part === current ? "page" : undefined);
  return (
    <nav className="account-sections" ref={navigation} aria-label={texts.accounts.sectionsLabel}>
      {ACCOUNT_SECTIONS.map((each) => (
        <Link key={each} href={paths.accounts(each)} aria-current={currentOf(each)} data-testid={`section-${each}`}>
          {texts.accounts.sections[each]}
        </Link>
      ))}
      <Link href={paths.status} aria-current={currentOf("status")} data-testid="section-status">
        {texts.status.title}
      </Link>
    </nav>
  );
}
