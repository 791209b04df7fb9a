import type { ReactNode } from "react";
import { reasonOf } from "../api/http";
import type { AccountSection } from "../routing/router";
import { texts } from "../texts";
import { EmptyState } from "../ui/empty-state";

interface Props<Item> {
  section: AccountSection;
  query: { data: readonly Item[] | undefined; error: Error | null; refetch: () => unknown };
  /** At the right of the title. */
  action?: ReactNode;
  empty: { title: string; text: string };
  children: (items: readonly Item[]) => ReactNode;
}

/** A part of the administration: its title, and its list or why there is none. */
export function Section<Item>({ section, query, action, empty, children }: Props<Item>) {
  return (
    <section className="panel account-section" aria-labelledby="account-section" data-testid={`${section}-section`}>
      <div className="panel-head">
        <div>
          <h2 id="account-section">{texts.accounts.sections[section]}</h2>
          <p className="muted small-text">{texts.accounts.intro[section]}</p>
        </div>
        {action}
      </div>
      <Listed query={query} empty={empty}>
        {children}
      </Listed>
    </section>
  );
}

function Listed<Item>({ query: { data, error, refetch }, empty, children }: Pick<Props<Item>, "query" | "empty" | "children">) {
  if (data?.length) return <div className="account-list">{children(data)}</div>;
  if (data) return <EmptyState title={empty.title} text={empty.text} />;
  if (error) {
    return (
      <EmptyState title={texts.accounts.notLoaded} text={reasonOf(error)}>
        <button type="button" className="button" onClick={() => void refetch()}>
          {texts.ui.tryAgain}
        </button>
      </EmptyState>
    );
  }
  return <div className="skeleton block" aria-busy="true" />;
}

interface ActionProps {
  label: string;
  /** What the row is about, for who does not see the row. */
  of: string;
  onClick: () => void;
  testId: string;
  isDangerous?: boolean;
}

/** A button in a row. */
export function RowAction({ label, of, onClick, testId, isDangerous }: ActionProps) {
  return (
    <button
      type="button"
      className="button small"
      data-tone={isDangerous ? "bad" : undefined}
      aria-label={texts.accounts.actionOn(label, of)}
      onClick={onClick}
      data-testid={testId}
    >
      {label}
    </button>
  );
}

/** "All", or how many: "2 folders, 3 videos". */
export function videosText({ video_ids, folder_ids }: { video_ids: string[] | null; folder_ids?: string[] }): string {
  if (!video_ids) return texts.accounts.allVideos;
  const folders = folder_ids?.length ? [texts.folders.count(folder_ids.length)] : [];
  const videos = video_ids.length || !folders.length ? [texts.accounts.someVideos(video_ids.length)] : [];
  return [...folders, ...videos].join(", ");
}
