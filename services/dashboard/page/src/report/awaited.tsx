/** In place of a part that has no answer yet: the report is not printed before. */
export function Awaited() {
  return <p className="report-awaited" />;
}
