import type { ProcessStatus } from "../contract";
import { texts } from "../texts";
import { date } from "../ui/format";

export function ProcessesTable({ processes }: { processes: readonly ProcessStatus[] }) {
  const words = texts.status;
  return (
    <div className="panel status-processes">
      <h2>{words.processes}</h2>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={words.processes}>
        <table className="stacked-table account-table" data-testid="processes">
          <thead>
            <tr>
              <th scope="col">{words.service}</th>
              <th scope="col">{words.ready}</th>
              <th scope="col">{words.version}</th>
              <th scope="col">{words.since}</th>
              <th scope="col">{words.url}</th>
              <th scope="col">{words.checks}</th>
            </tr>
          </thead>
          <tbody>
            {processes.map((process, at) => (
              <ProcessRow key={`${process.url} ${at}`} process={process} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function ProcessRow({ process }: { process: ProcessStatus }) {
  const { url, service, version, started_at: startedAt } = process;
  const words = texts.status;
  return (
    <tr data-testid="process" data-service={service ?? ""}>
      <th scope="row">{service ?? words.unknown}</th>
      <td data-label={words.ready}>
        <Readiness process={process} />
      </td>
      <td data-label={words.version}>{version ?? "–"}</td>
      <td data-label={words.since}>{startedAt === null ? "–" : date(startedAt)}</td>
      <td data-label={words.url}>{url === null ? words.thisProcess : <code>{url}</code>}</td>
      <td data-label={words.checks} data-wide>
        <Checks process={process} />
      </td>
    </tr>
  );
}

function Readiness({ process: { failure, ready } }: { process: ProcessStatus }) {
  const { isAway, isReady, isNotReady } = texts.status;
  return (
    <span className="badge" data-tone={ready ? "good" : "bad"} data-testid="readiness">
      <span className="dot" aria-hidden="true" />
      {failure === null ? (ready ? isReady : isNotReady) : isAway}
    </span>
  );
}

/** Those that fail first; of a process that did not answer, why. */
function Checks({ process: { failure, checks } }: { process: ProcessStatus }) {
  if (failure !== null) return <span className="status-failure">{failure}</span>;
  const names = Object.keys(checks).sort();
  const failed = names.filter((name) => checks[name] === "failed");
  const fine = names.filter((name) => checks[name] === "ok");
  return (
    <ul className="status-checks">
      {failed.map((name) => (
        <li key={name} className="status-failure">
          {texts.status.failed(name)}
        </li>
      ))}
      {fine.map((name) => (
        <li key={name} className="muted">
          {name}
        </li>
      ))}
    </ul>
  );
}
