import { useEffect, useRef } from "react";
import { SearchIcon } from "../ui/icons";
import { SelectField } from "../ui/select-field";
import { type ListView, ORDERS, STATUS_FILTERS } from "./list-view";

interface Props {
  view: ListView;
  onChange: (view: ListView) => void;
  total: string;
}

/** Search, filter and order of the list; `/` goes to the search. */
export function ListToolbar({ view, onChange, total }: Props) {
  const search = useRef<HTMLInputElement>(null);
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
    <div className="list-toolbar" role="search">
      <label className="search-field">
        <SearchIcon />
        <span className="visually-hidden">Search videos by name</span>
        <input
          ref={search}
          type="search"
          placeholder="Search"
          value={view.query}
          onChange={(event) => onChange({ ...view, query: event.target.value })}
          onKeyDown={(event) => event.key === "Escape" && onChange({ ...view, query: "" })}
          data-testid="search"
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <SelectField
        label="Status"
        options={STATUS_FILTERS}
        value={view.status}
        onChange={(status) => onChange({ ...view, status })}
        testId="filter-status"
      />
      <SelectField
        label="Order"
        options={ORDERS}
        value={view.order}
        onChange={(order) => onChange({ ...view, order })}
        testId="order"
      />
      <p className="muted list-total" role="status" data-testid="list-total">
        {total}
      </p>
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
