import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLiveCounts, useResults, useVehicles } from "../api/queries";
import type { Site, Video } from "../contract";
import Charts from "../detail/charts";
import { sourceText } from "../detail/coverage-text";
import { engineNote } from "../detail/engine-note";
import { MIN_PLACES } from "../detail/flows-panel";
import type { IntervalChoice } from "../detail/intervals";
import type { ShownRun } from "../detail/runs";
import { texts } from "../texts";
import { bytes, clock, date, fps } from "../ui/format";
import { Awaited } from "./awaited";
import { ReportCounts } from "./report-counts";
import { ReportFlows } from "./report-flows";
import { ReportNumbers } from "./report-numbers";
import { ReportPicture } from "./report-picture";
import { ReportPlaces } from "./report-places";
import { numbersOfResults, placeRows } from "./sheet-places";
import { FULL_SHEET, type SheetPlan, smaller } from "./sheet-plan";
import "../styles/report.css";

/** Gates whose matrix has room beside the table of places. */
const MOST_BESIDE = 4;

export interface ReportProps {
  video: Video;
  run: ShownRun | null;
  site: Site | undefined;
  /** What the table of intervals on the page counts; null: nothing was chosen. */
  intervals: IntervalChoice | null;
}

/** The page of a video on one sheet of A4 or Letter paper. It is only printed: on the screen nothing of it is seen. */
export default function Report(props: ReportProps) {
  const { video, run, site, intervals } = props;
  const sheet = useRef<HTMLElement>(null);
  const plan = useFittingPlan(sheet);
  const { data: results, isLoading } = useResults(video.id, run);
  const counted = results?.counted_with;
  const isStored = counted != null && counted.run_id === run?.run_id;
  const live = useLiveCounts(video.id);
  const isLive = run !== null && live?.run_id === run.run_id;
  const rows = placeRows(site, isStored && results ? numbersOfResults(results) : isLive ? live.counts : null);
  const gates = results?.gates.length ?? 0;
  const hasFlowsBeside = isStored && gates >= MIN_PLACES && gates <= MOST_BESIDE;
  return (
    <article className="report" ref={sheet} data-testid="report">
      <Head video={video} run={run} />
      <div className="report-top">
        <ReportPicture video={video} site={site} heightMm={plan.pictureMm} />
        <ReportNumbers id={video.id} run={run} />
      </div>
      {isLoading && <Awaited />}
      {rows.length > 0 && (
        <div className="report-places" data-beside={hasFlowsBeside || undefined}>
          <ReportPlaces rows={rows} most={plan.places} />
          {hasFlowsBeside && <ReportFlows id={video.id} gates={gates} countedAt={counted.counted_at} />}
        </div>
      )}
      {plan.hasCharts && run && <ReportCharts id={video.id} run={run} heightPx={plan.chartPx} />}
      {isStored && results && site && (
        <>
          <ReportCounts
            video={video}
            site={site}
            gates={gates}
            countedAt={counted.counted_at}
            choice={intervals}
            mostLines={plan.lines}
          />
          {!hasFlowsBeside && plan.hasFlows && <ReportFlows id={video.id} gates={gates} countedAt={counted.counted_at} />}
        </>
      )}
      <Foot />
    </article>
  );
}

/** The largest plan with which everything fits; the sheet is measured whenever something on it has changed. */
function useFittingPlan(sheet: React.RefObject<HTMLElement | null>): SheetPlan {
  const [plan, setPlan] = useState(FULL_SHEET);
  useLayoutEffect(() => {
    const element = sheet.current!;
    const measure = (): void => {
      const excessPx = element.scrollHeight - element.clientHeight;
      // From the plan that was measured: the same excess may be found twice.
      if (excessPx > 0) setPlan(smaller(plan, excessPx) ?? plan);
    };
    measure();
    // What is asked for is drawn later, by its own part.
    const watching = new MutationObserver(measure);
    watching.observe(element, { childList: true, subtree: true, characterData: true });
    return () => watching.disconnect();
  });
  return plan;
}

function Head({ video, run }: { video: Video; run: ShownRun | null }) {
  const facts = [clock(video.duration_s), `${video.width} × ${video.height}`, fps(video.fps), bytes(video.size_bytes)];
  const note = engineNote(video.engine, run);
  return (
    <header className="report-head">
      <p className="report-kind">
        <strong>{texts.report.title}</strong>
        <span>Onwatch</span>
      </p>
      <h1>{video.name}</h1>
      <p>
        {facts.join(", ")}. {sourceText(run, false)}.
      </p>
      {run?.detector_model === "demo" && (
        <p className="report-warning">
          {texts.numbers.demo[0]} <code>ONWATCH_DETECTOR_MODEL</code> {texts.numbers.demo[1]}
        </p>
      )}
      {note && (
        <p className="report-warning">
          <strong>{note.title}</strong> {note.text}
        </p>
      )}
    </header>
  );
}

function ReportCharts({ id, run, heightPx }: { id: string; run: ShownRun; heightPx: number }) {
  const { data, isLoading } = useVehicles(id, run.run_id);
  const { analysed_s: analysedS, duration_s: durationS } = run.coverage;
  if (!analysedS || !data) return isLoading ? <Awaited /> : null;
  return (
    <section className="report-charts" style={{ "--chart-px": `${heightPx}px` } as React.CSSProperties}>
      <h3>{texts.detail.chartOverTime}</h3>
      <Charts visits={data.items} analysedS={analysedS} durationS={durationS} heightsPx={[heightPx, heightPx]} />
    </section>
  );
}

function Foot() {
  const [printedAt, setPrintedAt] = useState(() => new Date());
  useEffect(() => {
    const printing = (): void => setPrintedAt(new Date());
    addEventListener("beforeprint", printing);
    return () => removeEventListener("beforeprint", printing);
  }, []);
  return (
    <footer className="report-foot">
      <p>{texts.report.inFiles}</p>
      <p>
        {texts.report.printed} {date(printedAt.toISOString())}, {location.origin + location.pathname}
      </p>
      <p className="report-signature">
        <span>{texts.report.checkedBy}</span>
        <span>{texts.report.dateSigned}</span>
      </p>
    </footer>
  );
}
