import { urls } from "../api/urls";
import type { AuditEntry } from "../contract";
import { texts } from "../texts";
import { date } from "../ui/format";
import { DownloadIcon } from "../ui/icons";
import { useAudit } from "./queries";
import { Section } from "./section";

export function AuditSection() {
  const audit = useAudit();
  const items = audit.data?.pages.flatMap((page) => page.items);
  return (
    <Section
      section="audit"
      query={{ ...audit, data: items }}
      empty={{ title: texts.accounts.noEntries, text: texts.accounts.noEntriesText }}
      action={
        <a className="button" href={urls.auditFile} download data-testid="download-audit">
          <DownloadIcon />
          {texts.accounts.download}
        </a>
      }
    >
      {(entries) => (
        <>
          <div className="table-scroll" tabIndex={0} role="region" aria-label={texts.accounts.tableOfAudit}>
            <table className="stacked-table account-table" data-testid="audit-table">
              <thead>
                <tr>
                  <th scope="col">{texts.accounts.when}</th>
                  <th scope="col">{texts.accounts.who}</th>
                  <th scope="col">{texts.accounts.what}</th>
                  <th scope="col">{texts.accounts.target}</th>
                  <th scope="col" data-number>
                    {texts.accounts.status}
                  </th>
                  <th scope="col">{texts.accounts.address}</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <EntryRow key={entry.id} entry={entry} />
                ))}
              </tbody>
            </table>
          </div>
          {audit.hasNextPage && (
            <button
              type="button"
              className="button small"
              disabled={audit.isFetchingNextPage}
              onClick={() => void audit.fetchNextPage()}
              data-testid="older-entries"
            >
              {texts.accounts.loadMore}
            </button>
          )}
        </>
      )}
    </Section>
  );
}

function EntryRow({ entry }: { entry: AuditEntry }) {
  const isRefused = entry.status >= 400;
  return (
    <tr data-testid="audit-row">
      <th scope="row">{date(entry.at)}</th>
      <td data-label={texts.accounts.who}>
        {entry.name} {entry.kind && entry.kind !== "session" && <span className="chip">{texts.accounts.kinds[entry.kind]}</span>}
      </td>
      <td data-label={texts.accounts.what}>{entry.action}</td>
      <td data-label={texts.accounts.target} data-wide>
        <code>{entry.target}</code>
      </td>
      <td data-number data-label={texts.accounts.status} data-tone={isRefused ? "bad" : undefined}>
        {entry.status}
      </td>
      <td data-label={texts.accounts.address}>{entry.address}</td>
    </tr>
  );
}
