import { Component, type ErrorInfo, type ReactNode } from "react";
import { texts } from "../texts";
import { CopyField } from "./copy-field";
import { EmptyState } from "./empty-state";
import { failureReport } from "./failure-report";

interface Props {
  /** What is inside, as a person calls it; without it, a whole page. */
  part?: string;
  /** What it is about: with another one it is tried again. */
  subject?: string;
  /** Of the place that the part has on the page. */
  className?: string;
  children: ReactNode;
}

interface State {
  report: string | null;
}

function reportOf(error: unknown, componentStack: string): string {
  return failureReport(error, componentStack, location, navigator.userAgent);
}

/** Has what cannot be drawn say so in its own place: what is around it stays. */
export class FailureBoundary extends Component<Props, State> {
  override state: State = { report: null };

  static getDerivedStateFromError(error: unknown): State {
    return { report: reportOf(error, "") };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo): void {
    this.setState({ report: reportOf(error, componentStack ?? "") });
  }

  override componentDidUpdate(before: Props): void {
    if (before.subject !== this.props.subject && this.state.report !== null) this.setState({ report: null });
  }

  override render(): ReactNode {
    const { report } = this.state;
    const { part, className = "", children } = this.props;
    if (report === null) return children;
    return (
      <div className={`failed-part ${className}`} role="alert" data-testid="failed-part">
        <EmptyState
          title={part === undefined ? texts.ui.pageFailed : texts.ui.failed(part)}
          text={texts.ui.failedText}
          isPage={part === undefined}
        >
          <CopyField label={texts.ui.report} value={report} testId="failure-report" />
          <button type="button" className="button" onClick={() => location.reload()}>
            {texts.ui.reload}
          </button>
        </EmptyState>
      </div>
    );
  }
}
