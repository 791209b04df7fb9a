import { useConnectionStatus } from "./channel/channel-context";
import { DetailPage } from "./detail/detail-page";
import { Link, paths, routeOf, usePathname } from "./routing/router";
import { EmptyState } from "./ui/empty-state";
import { Logo } from "./ui/icons";
import { DropZone } from "./uploads/drop-zone";
import { type OnSelect, useFileSelection } from "./uploads/file-selection";
import { UploadDock } from "./uploads/upload-dock";
import { useLeaveGuard } from "./uploads/uploads-context";
import { ListPage } from "./videos/list-page";

export function App() {
  useLeaveGuard();
  const { select, dialog } = useFileSelection();
  return (
    <DropZone onSelect={select}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="shell-header">
        <Link className="brand" href={paths.list} aria-label="Onwatch: all videos">
          <Logo />
          <span>Onwatch</span>
        </Link>
        <ConnectionStatusText />
      </header>
      <main id="main" tabIndex={-1}>
        <Page onSelect={select} />
      </main>
      <UploadDock />
      {dialog}
    </DropZone>
  );
}

function Page({ onSelect }: { onSelect: OnSelect }) {
  const route = routeOf(usePathname());
  if (route.page === "list") return <ListPage onSelect={onSelect} />;
  if (route.page === "video") return <DetailPage id={route.id} />;
  return (
    <EmptyState title="Page not found">
      <Link className="button" href={paths.list}>
        All videos
      </Link>
    </EmptyState>
  );
}

const STATUS_TEXT = { connecting: "Connecting…", open: "Connected", lost: "Reconnecting…" };

function ConnectionStatusText() {
  const status = useConnectionStatus();
  return (
    <p className="connection" role="status" data-testid="connection" data-status={status}>
      <span className="dot" aria-hidden="true" />
      {STATUS_TEXT[status]}
    </p>
  );
}
