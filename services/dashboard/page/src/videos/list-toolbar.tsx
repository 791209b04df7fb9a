import { Suspense, useEffect, useRef, useState } from "react";
import { type Folder, NO_FOLDER } from "../contract";
import { mayManageFolders, seesAllVideos } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { FilterIcon, FolderIcon, SearchIcon } from "../ui/icons";
import { lazyPart } from "../ui/lazy-part";
import { SelectField } from "../ui/select-field";
import { FIRST_VIEW, isFiltered, type ListView, ORDERS, STATUS_FILTERS } from "./list-view";

const FoldersDialog = lazyPart(() => import("../folders/folders-dialog"));

const FILTERS_ID = "list-filters";
const LAYOUTS = ["grid", "table"] as const;

interface Props {
  view: ListView;
  folders: readonly Folder[];
  onChange: (view: ListView) => void;
  total: string;
}

/** Search, filter and order of the list; `/` goes to the search. A phone shows all but the search on request. */
export function ListToolbar({ view, folders, onChange, total }: Props) {
  const search = useRef<HTMLInputElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  return (
    <div className="list-toolbar" role="search" data-open={isOpen || undefined}>
      <label className="search-field">
        <SearchIcon />
        <span className="visually-hidden">{texts.videos.search}</span>
        <input
          ref={search}
          type="search"
          placeholder={texts.videos.searchShort}
          value={view.query}
          onChange={(event) => onChange({ ...view, query: event.target.value })}
          onKeyDown={(event) => event.key === "Escape" && onChange({ ...view, query: "" })}
          data-testid="search"
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <button
        type="button"
        className="button small filters-button"
        aria-expanded={isOpen}
        aria-controls={FILTERS_ID}
        data-active={isNarrowed(view) || undefined}
        onClick={() => setOpen(!isOpen)}
        data-testid="toggle-filters"
      >
        <FilterIcon />
        {isNarrowed(view) ? texts.videos.filtersSet : texts.videos.filters}
      </button>
      <div className="list-filters" id={FILTERS_ID}>
        <FolderField view={view} folders={folders} onChange={onChange} />
        <SelectField
          label={texts.videos.status}
          options={STATUS_FILTERS.map((status) => [status, texts.videos.statuses[status]] as const)}
          value={view.status}
          onChange={(status) => onChange({ ...view, status })}
          testId="filter-status"
        />
        <SelectField
          label={texts.videos.order}
          options={ORDERS.map((order) => [order, texts.videos.orders[order]] as const)}
          value={view.order}
          onChange={(order) => onChange({ ...view, order })}
          testId="order"
        />
        <div className="day-range" role="group" aria-label={texts.videos.columns.added}>
          <span className="muted" aria-hidden="true">
            {texts.videos.columns.added}
          </span>
          <DayField label={texts.videos.from} value={view.from} onChange={(from) => onChange({ ...view, from })} testId="from" />
          <span className="muted" aria-hidden="true">
            –
          </span>
          <DayField label={texts.videos.to} value={view.to} onChange={(to) => onChange({ ...view, to })} testId="to" />
        </div>
      </div>
      <div className="layout-choice" role="group" aria-label={texts.videos.layout}>
        {LAYOUTS.map((layout) => (
          <button
            key={layout}
            type="button"
            className="button small"
            aria-pressed={view.layout === layout}
            onClick={() => onChange({ ...view, layout })}
            data-testid={`layout-${layout}`}
          >
            {texts.videos.layouts[layout]}
          </button>
        ))}
      </div>
      <p className="muted list-total" role="status" data-testid="list-total">
        {total}
      </p>
    </div>
  );
}

/** Which folder is shown, and the way to the dialog that adds, renames and deletes folders. */
function FolderField({ view, folders, onChange }: Omit<Props, "total">) {
  const [isManaging, setManaging] = useState(false);
  const mayManage = useRight(mayManageFolders);
  const all = useRight(seesAllVideos);
  const options: [string, string][] = [
    ["", texts.folders.all],
    ...(all ? ([[NO_FOLDER, texts.folders.none]] as [string, string][]) : []),
    ...folders.map(({ id, name, videos_count }): [string, string] => [id, texts.folders.withCount(name, videos_count)]),
  ];
  return (
    <div className="folder-field">
      {folders.length > 0 && (
        <SelectField
          label={texts.folders.folder}
          options={options}
          value={view.folder}
          onChange={(folder) => onChange({ ...view, folder })}
          testId="filter-folder"
        />
      )}
      {mayManage && (
        <button type="button" className="button small" onClick={() => setManaging(true)} data-testid="manage-folders">
          <FolderIcon />
          {texts.folders.title}
        </button>
      )}
      {isManaging && (
        <Suspense>
          <FoldersDialog onClose={() => setManaging(false)} />
        </Suspense>
      )}
    </div>
  );
}

interface DayFieldProps {
  label: string;
  value: string;
  onChange: (day: string) => void;
  testId: string;
}

function DayField({ label, value, onChange, testId }: DayFieldProps) {
  return (
    <input
      type="date"
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      data-testid={testId}
    />
  );
}

/** By what a phone does not show at first. */
function isNarrowed({ folder, status, from, to }: ListView): boolean {
  return folder !== "" || isFiltered({ ...FIRST_VIEW, status, from, to });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
