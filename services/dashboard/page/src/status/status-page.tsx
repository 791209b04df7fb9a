import { useEffect } from "react";
import { AdministrationNavigation } from "../accounts/administration-navigation";
import { RequestFailed, reasonOf } from "../api/http";
import type { SystemStatus } from "../contract";
import { Link, paths } from "../routing/router";
import { mayAdminister, maySeeStatus } from "../session/rights";
import { useRight, useSession } from "../session/session-context";
import { texts } from "../texts";
import { EmptyState } from "../ui/empty-state";
import { timeOfDay } from "../ui/format";
import "../styles/status.css";
import { Figures } from "./figures";
import { ProcessesTable } from "./processes-table";
import { useStatus } from "./use-status";
import { Verdict } from "./verdict";

/** For administrators: the whole system on one screen. */
export default function StatusPage() {
  useEffect(() => {
    document.title = texts.app.titleOf(texts.status.title);
  }, []);
  return useRight(maySeeStatus) ? <Status /> : <NotAllowed />;
}

function NotAllowed() {
  return (
    <EmptyState title={texts.status.notAllowed} text={texts.status.notAllowedText} isPage>
      <Link className="button" href={paths.list}>
        {texts.app.allVideos}
      </Link>
    </EmptyState>
  );
}

function Status() {
  const session = useSession();
  const { data, error, dataUpdatedAt, isOld, refetch } = useStatus();
  if (error instanceof RequestFailed && error.status === 403) return <NotAllowed />;
  return (
    <div className="accounts-page status-page">
      <div className="status-head">
        <h1>{texts.status.title}</h1>
        <p className="muted small-text" data-testid="as-of">
          {data ? texts.status.asOf(timeOfDay(dataUpdatedAt)) : texts.status.intro}
        </p>
      </div>
      {mayAdminister(session) && <AdministrationNavigation current="status" />}
      {data && error && (
        <p className="notice" data-tone="bad" role="alert" data-testid="no-answer">
          {texts.status.noAnswer(timeOfDay(dataUpdatedAt), reasonOf(error))}
        </p>
      )}
      {data && <Answer status={data} isOld={isOld} />}
      {!data && !error && (
        <div className="skeleton block" aria-busy="true" data-testid="status-awaited">
          <span className="visually-hidden">{texts.status.asking}</span>
        </div>
      )}
      {!data && error && (
        <EmptyState title={texts.accounts.notLoaded} text={reasonOf(error)}>
          <button type="button" className="button" onClick={() => void refetch()}>
            {texts.ui.tryAgain}
          </button>
        </EmptyState>
      )}
    </div>
  );
}

/** An old answer is shown in grey: what it says may no longer be so. */
function Answer({ status, isOld }: { status: SystemStatus; isOld: boolean }) {
  return (
    <div className="status-answer" data-old={isOld} data-testid="status-answer">
      <Verdict status={status} />
      <Figures status={status} />
      <ProcessesTable processes={status.processes} />
    </div>
  );
}
