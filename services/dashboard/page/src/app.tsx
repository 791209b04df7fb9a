import { Suspense } from "react";
import { firstAnswers } from "./api/first-answers";
import { useConnectionStatus } from "./channel/channel-context";
import { Link, paths, type Route, routeOf, usePathname } from "./routing/router";
import { AccountMenu } from "./session/account-menu";
import { LoginsOffStrip } from "./session/logins-off";
import { mayUpload } from "./session/rights";
import { SessionProvider, useRight, useSession, useSessionKeeper, useSessionState } from "./session/session-context";
import { identityOf, type SessionState } from "./session/session-keeper";
import { texts, useLanguage } from "./texts";
import { EmptyState } from "./ui/empty-state";
import { FailureBoundary } from "./ui/failure-boundary";
import { useFirstPaint } from "./ui/first-paint";
import { Logo } from "./ui/icons";
import { LanguageChoice } from "./ui/language-choice";
import { lazyPart } from "./ui/lazy-part";
import { ThemeChoice } from "./ui/theme-choice";
import { DropZone } from "./uploads/drop-zone";
import { type OnSelect, useFileSelection } from "./uploads/file-selection";
import { UploadDock } from "./uploads/upload-dock";
import { useLeaveGuard } from "./uploads/uploads-context";

// Loaded beside the start (`public/start.js`).
const ListPage = lazyPart(async () => ({ default: (await import("./videos/list-page")).ListPage }));
const DetailPage = lazyPart(async () => {
  const [{ DetailPage: Loaded }] = await Promise.all([import("./detail/detail-page"), firstAnswers()]);
  return { default: Loaded };
});
// Not needed by most visits.
const WallPage = lazyPart(() => import("./wall/wall-page"));
const LoginPage = lazyPart(() => import("./session/login-page"));
const ApiPage = lazyPart(() => import("./api-docs/api-page"));
const AccountsPage = lazyPart(() => import("./accounts/accounts-page"));
const StatusPage = lazyPart(() => import("./status/status-page"));

/** The page, mounted anew in another language, and for another person. */
export function App() {
  const language = useLanguage();
  const state = useSessionState();
  if (state.kind !== "in") return <Entrance key={language} state={state} />;
  return (
    <SessionProvider value={state.session}>
      <LocalizedApp key={`${language} ${identityOf(state.session)}`} />
    </SessionProvider>
  );
}

/** All there is while nobody is logged in. */
function Entrance({ state }: { state: Exclude<SessionState, { kind: "in" }> }) {
  const { ask } = useSessionKeeper();
  return (
    <>
      <header className="shell-header">
        <span className="brand">
          <Logo />
          <span>Onwatch</span>
        </span>
        <span className="spacer" />
        <ThemeChoice />
        <LanguageChoice />
      </header>
      <main id="main" tabIndex={-1}>
        {state.kind === "out" ? (
          <Suspense>
            <LoginPage hasEnded={state.hasEnded} problem={state.problem} />
          </Suspense>
        ) : (
          <EmptyState title={texts.session.notReached} text={`${state.problem ?? ""} ${texts.session.asking}`} isPage>
            <button type="button" className="button" onClick={() => void ask()}>
              {texts.ui.tryAgain}
            </button>
          </EmptyState>
        )}
      </main>
    </>
  );
}

function LocalizedApp() {
  useLeaveGuard();
  const { select, dialog } = useFileSelection();
  return (
    <DropZone onSelect={select} isOpen={useRight(mayUpload)}>
      <a className="skip-link" href="#main">
        {texts.app.skipToContent}
      </a>
      <header className="shell-header">
        <Link className="brand" href={paths.list} aria-label={texts.app.brand}>
          <Logo />
          <span>Onwatch</span>
        </Link>
        <MainNavigation />
        <span className="spacer" />
        <ThemeChoice />
        <LanguageChoice />
        <ConnectionStatusText />
        <AccountMenu />
      </header>
      <LoginsOffStrip />
      <main id="main" tabIndex={-1}>
        <Suspense>
          <Page onSelect={select} />
        </Suspense>
      </main>
      <FailureBoundary part={texts.uploads.title}>
        <UploadDock />
      </FailureBoundary>
      {dialog}
    </DropZone>
  );
}

function MainNavigation() {
  const { page } = routeOf(usePathname());
  // Who has a shared link sees one video.
  const hasWall = useSession().kind !== "link";
  return (
    <nav className="main-navigation" aria-label={texts.app.navigation}>
      <Link href={paths.list} aria-current={page === "list" ? "page" : undefined}>
        {texts.app.videos}
      </Link>
      {hasWall && (
        <Link href={paths.wall} aria-current={page === "wall" ? "page" : undefined} data-testid="open-wall">
          {texts.wall.title}
        </Link>
      )}
    </nav>
  );
}

function Page({ onSelect }: { onSelect: OnSelect }) {
  const pathname = usePathname();
  const route = routeOf(pathname);
  // The page of a video tells it itself.
  useFirstPaint(route.page !== "video");
  return (
    <FailureBoundary subject={pathname}>
      <PageOf route={route} onSelect={onSelect} />
    </FailureBoundary>
  );
}

function PageOf({ route, onSelect }: { route: Route; onSelect: OnSelect }) {
  if (route.page === "list") return <ListPage onSelect={onSelect} />;
  if (route.page === "wall") return <WallPage />;
  if (route.page === "api") return <ApiPage />;
  if (route.page === "status") return <StatusPage />;
  if (route.page === "accounts") return <AccountsPage section={route.section} />;
  if (route.page === "video") return <DetailPage id={route.id} />;
  return (
    <EmptyState title={texts.app.pageNotFound} isPage>
      <Link className="button" href={paths.list}>
        {texts.app.allVideos}
      </Link>
    </EmptyState>
  );
}

function ConnectionStatusText() {
  const status = useConnectionStatus();
  return (
    <p className="connection" role="status" data-testid="connection" data-status={status}>
      <span className="dot" aria-hidden="true" />
      {texts.app.connection[status]}
    </p>
  );
}
