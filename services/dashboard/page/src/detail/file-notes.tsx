import { type FormEvent, useId, useState } from "react";
import { reasonOf } from "../api/http";
import { useRecordedFps } from "../api/mutations";
import { useFileInfo } from "../api/queries";
import { MAX_RECORDED_FPS, MIN_RECORDED_FPS, type Video, type VideoFileInfo } from "../contract";
import { mayEditVideo } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { parseRate, rateExpected, rateText } from "./recorded-rate";

/** What is odd about the file, and the rate of one without timestamps. Nothing for most files. */
export function FileNotes({ id, video }: { id: string; video: Video | undefined }) {
  const file = useFileInfo(id, video).data;
  const isEditor = useRight(mayEditVideo);
  const hasRate = file?.is_counted && isEditor;
  if (!file || (file.notes.length === 0 && !hasRate)) return null;
  return (
    <section className="notice file-notes" aria-label={texts.numbers.aboutFile} data-testid="file-notes">
      <ul>
        {file.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      {hasRate && <RecordedRate key={`${file.fps} ${file.recorded_fps}`} id={id} file={file} />}
    </section>
  );
}

function RecordedRate({ id, file }: { id: string; file: VideoFileInfo }) {
  const change = useRecordedFps(id);
  const field = useId();
  const [text, setText] = useState(rateText(file.fps));
  const [problem, setProblem] = useState<string | null>(null);
  const save = (rate: number | null): void => {
    setProblem(null);
    change.mutate(rate, { onError: (error) => setProblem(reasonOf(error)) });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const rate = parseRate(text);
    if (rate === null) setProblem(rateExpected());
    else save(rate);
  };
  return (
    <form className="recorded-rate" onSubmit={submit} noValidate>
      <label htmlFor={field}>{texts.numbers.recordedAt}</label>
      <input
        id={field}
        type="number"
        inputMode="decimal"
        step="any"
        min={MIN_RECORDED_FPS}
        max={MAX_RECORDED_FPS}
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-invalid={problem !== null}
        aria-describedby={`${field}-problem`}
        data-testid="recorded-fps"
      />
      <span>{texts.numbers.picturesPerSecond}</span>
      <button type="submit" className="button small" disabled={change.isPending} data-testid="recorded-fps-save">
        {change.isPending ? texts.site.saving : texts.site.save}
      </button>
      {file.recorded_fps !== null && (
        <button
          type="button"
          className="button small"
          disabled={change.isPending}
          onClick={() => save(null)}
          data-testid="recorded-fps-reset"
        >
          {texts.numbers.reset}
        </button>
      )}
      <p id={`${field}-problem`} className="recorded-rate-problem" role="alert" data-testid="recorded-fps-problem">
        {problem}
      </p>
    </form>
  );
}
