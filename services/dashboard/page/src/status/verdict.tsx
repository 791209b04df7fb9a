import type { SystemProblem, SystemStatus } from "../contract";
import { texts } from "../texts";
import { wordsOf } from "./words-of-problem";

/** What is wrong, or that nothing is; a change is read aloud. */
export function Verdict({ status }: { status: SystemStatus }) {
  const { problems, services_missing: missing } = status;
  return (
    <section className="panel status-verdict" data-tone={problems.length ? "bad" : "good"} role="status" data-testid="verdict">
      <h2>
        <span className="dot" aria-hidden="true" />
        {problems.length ? texts.status.wrong(problems.length) : texts.status.fine}
      </h2>
      {problems.length > 0 && (
        <ul className="status-problems">
          {problems.map((problem) => (
            <Problem key={problem.text} problem={problem} />
          ))}
        </ul>
      )}
      {missing.length > 0 && (
        <p className="muted small-text" data-testid="missing-services">
          {texts.status.missing(missing.join(", "))} {texts.status.missingHint}
        </p>
      )}
    </section>
  );
}

function Problem({ problem }: { problem: SystemProblem }) {
  const { text, help, runbook } = wordsOf(problem);
  return (
    <li data-testid="problem" data-code={problem.code}>
      <strong>{text}</strong>
      {(help || runbook) && (
        <p className="muted small-text">
          {help}{" "}
          {runbook && (
            <span className="status-runbook">
              {texts.status.runbook} <code>docs/runbooks.md#{runbook.toLowerCase()}</code>
            </span>
          )}
        </p>
      )}
    </li>
  );
}
