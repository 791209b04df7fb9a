import { useEffect, useId } from "react";
import { texts } from "../texts";
import { FilmIcon, PlusIcon, RedoIcon, ScaleIcon, TrashIcon, UndoIcon } from "../ui/icons";
import { AnchorChoice } from "./anchor-choice";
import { type DraftItem, ROI_ID } from "./draft";
import { CopyChoice } from "./copy-choice";
import { ScaleFields } from "./scale-fields";
import { TypeChoice } from "./type-choice";
import type { SiteDraft } from "./use-site-draft";

interface Props {
  editor: SiteDraft;
  /** When the video would be counted with a change. */
  effect: string;
  /** Shows the recording, to edit on any of its pictures; undefined where it is shown. */
  onChoosePicture: (() => void) | undefined;
}

/** What is edited, its name and directions, and what a change does. */
export default function EditorToolbar({ editor, effect, onChoosePicture }: Props) {
  useKeys(editor);
  const { draft, selected, problem } = editor;
  return (
    <div className="editor" data-testid="editor">
      <div className="editor-items" role="group" aria-label={texts.site.places}>
        {draft.items.map((item) => (
          <button
            key={item.key}
            type="button"
            className="editor-item"
            aria-pressed={item.key === draft.selected}
            onClick={() => editor.select(item.key)}
            data-testid="edit-item"
          >
            <span className="swatch" data-kind={item.kind} style={{ background: item.color }} aria-hidden="true" />
            {item.name || "…"}
          </button>
        ))}
        <button type="button" className="button small" onClick={() => editor.addItem("zone")} data-testid="add-zone">
          <PlusIcon />
          {texts.site.addZone}
        </button>
        <button type="button" className="button small" onClick={() => editor.addItem("gate")} data-testid="add-gate">
          <PlusIcon />
          {texts.site.addGate}
        </button>
        <button
          type="button"
          className={editor.draft.calibration ? "editor-item" : "button small"}
          aria-pressed={editor.isScaleSelected}
          onClick={editor.editScale}
          data-testid="edit-scale"
        >
          <ScaleIcon />
          {editor.draft.calibration ? texts.site.scale.title : texts.site.scale.add}
        </button>
      </div>
      <Tools editor={editor} onChoosePicture={onChoosePicture} />
      {editor.isScaleSelected && <ScaleFields editor={editor} />}
      {selected && <Fields key={selected.key} editor={editor} item={selected} />}
      <div className="editor-foot">
        <p className="editor-hint" role="status" data-testid="edit-hint" data-tone={editor.saveError || problem ? "bad" : "calm"}>
          {editor.saveError ?? problem?.text ?? `${editor.isScaleSelected ? texts.site.scale.hint : hint(selected)} ${effect}`}
        </p>
        <div className="editor-end">
          <button type="button" className="button" onClick={editor.cancel} data-testid="cancel-places">
            {texts.site.cancel}
          </button>
          <button
            type="button"
            className="button primary"
            onClick={editor.save}
            disabled={problem !== null || editor.isSaving}
            data-testid="save-places"
          >
            {editor.isSaving ? texts.site.saving : texts.site.save}
          </button>
        </div>
      </div>
    </div>
  );
}

/** What is done to the points, and the picture below them. */
function Tools({ editor, onChoosePicture }: Pick<Props, "editor" | "onChoosePicture">) {
  const { selected } = editor;
  return (
    <div className="controls">
      <button type="button" className="button" onClick={editor.addNextPoint} disabled={!selected} data-testid="add-point">
        {texts.site.addPoint}
      </button>
      <IconButton label={texts.site.undo} testId="undo" isEnabled={editor.canUndo} onClick={editor.undo}>
        <UndoIcon />
      </IconButton>
      <IconButton label={texts.site.redo} testId="redo" isEnabled={editor.canRedo} onClick={editor.redo}>
        <RedoIcon />
      </IconButton>
      <button
        type="button"
        className="button"
        onClick={editor.clear}
        disabled={!selected?.points.length}
        data-testid="clear-points"
      >
        {texts.site.clear}
      </button>
      <CopyChoice editor={editor} />
      {onChoosePicture && (
        <button type="button" className="button" onClick={onChoosePicture} data-testid="choose-picture">
          <FilmIcon />
          {texts.site.choosePicture}
        </button>
      )}
    </div>
  );
}

interface IconButtonProps {
  label: string;
  testId: string;
  isEnabled: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function IconButton({ label, testId, isEnabled, onClick, children }: IconButtonProps) {
  return (
    <button
      type="button"
      className="button"
      aria-label={label}
      title={label}
      disabled={!isEnabled}
      onClick={onClick}
      data-testid={testId}
    >
      {children}
    </button>
  );
}

function Fields({ editor, item }: { editor: SiteDraft; item: DraftItem }) {
  return (
    <div className="editor-fields">
      <TextField label={texts.site.name} value={item.name} onChange={(name) => editor.change({ name })} testId="place-name" />
      {item.kind === "gate" && (
        <>
          <TextField
            label={texts.site.forwardName}
            value={item.forwardName}
            onChange={(forwardName) => editor.change({ forwardName })}
            testId="forward-name"
          />
          <TextField
            label={texts.site.backwardName}
            value={item.backwardName}
            onChange={(backwardName) => editor.change({ backwardName })}
            testId="backward-name"
          />
          <button type="button" className="button" onClick={editor.reverse} data-testid="reverse-gate">
            {texts.site.turnArrow}
          </button>
        </>
      )}
      {item.id !== ROI_ID && (
        <IconButton label={texts.site.deletePlace[item.kind]} testId="delete-place" isEnabled onClick={editor.deleteItem}>
          <TrashIcon />
        </IconButton>
      )}
      <AnchorChoice editor={editor} item={item} />
      {item.id !== ROI_ID && <TypeChoice editor={editor} item={item} />}
    </div>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  testId: string;
}

function TextField({ label, value, onChange, testId }: TextFieldProps) {
  const id = useId();
  return (
    <div className="text-field">
      <label htmlFor={id}>{label}</label>
      <input id={id} value={value} maxLength={100} onChange={(event) => onChange(event.target.value)} data-testid={testId} />
    </div>
  );
}

/** Escape cancels if nothing would be lost; Ctrl+Z and Ctrl+Y, or with Shift, go through the steps. */
function useKeys(editor: SiteDraft): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "Escape" && !editor.isChanged) editor.cancel();
      if (!event.ctrlKey && !event.metaKey) return;
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) editor.undo();
      else if (key === "y" || (key === "z" && event.shiftKey)) editor.redo();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

function hint(item: DraftItem | undefined): string {
  return !item?.points.length && item?.id === ROI_ID ? texts.site.hintWhole : texts.site.hint;
}
