import { useEffect, useRef } from "react";
import { SearchIcon } from "../ui/icons";
import { type ListView, ORDERS, type Order, STATUS_FILTERS, type StatusFilter } from "./list-view";

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
      <label className="select-field">
        <span className="visually-hidden">Status</span>
        <select
          value={view.status}
          onChange={(event) => onChange({ ...view, status: event.target.value as StatusFilter })}
          data-testid="filter-status"
        >
          {STATUS_FILTERS.map(([value, text]) => (
            <option key={value} value={value}>
              {value === "all" ? "All states" : text}
            </option>
          ))}
        </select>
      </label>
      <label className="select-field">
        <span className="visually-hidden">Order</span>
        <select
          value={view.order}
          onChange={(event) => onChange({ ...view, order: event.target.value as Order })}
          data-testid="order"
        >
          {ORDERS.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <p className="muted list-total" role="status" data-testid="list-total">
        {total}
      </p>
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
