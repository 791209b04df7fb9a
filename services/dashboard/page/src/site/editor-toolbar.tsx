import { useEffect, useId } from "react";
import type { Anchor } from "../contract";
import { PlusIcon, RedoIcon, TrashIcon, UndoIcon } from "../ui/icons";
import { type DraftItem, ROI_ID } from "./draft";
import type { SiteDraft } from "./use-site-draft";

interface Props {
  editor: SiteDraft;
  /** When the video would be counted with a change. */
  effect: string;
}

/** What is edited, its name and directions, and what a change does. */
export function EditorToolbar({ editor, effect }: Props) {
  useKeys(editor);
  const { draft, selected, problem } = editor;
  return (
    <div className="editor" data-testid="editor">
      <div className="editor-items" role="group" aria-label="Zones and gates">
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
          Zone
        </button>
        <button type="button" className="button small" onClick={() => editor.addItem("gate")} data-testid="add-gate">
          <PlusIcon />
          Gate
        </button>
      </div>
      {selected && <Fields key={selected.key} editor={editor} item={selected} />}
      <p
        className="editor-hint"
        role="status"
        data-testid="edit-hint"
        data-tone={editor.saveError || problem ? "bad" : "calm"}
      >
        {editor.saveError ?? problem?.text ?? `${hint(selected)} ${effect}`}
      </p>
      <div className="controls">
        <button type="button" className="button" onClick={editor.addNextPoint} data-testid="add-point">
          Add point
        </button>
        <IconButton label="Undo" testId="undo" isEnabled={editor.canUndo} onClick={editor.undo}>
          <UndoIcon />
        </IconButton>
        <IconButton label="Redo" testId="redo" isEnabled={editor.canRedo} onClick={editor.redo}>
          <RedoIcon />
        </IconButton>
        <button
          type="button"
          className="button"
          onClick={editor.clear}
          disabled={!selected?.points.length}
          data-testid="clear-points"
        >
          Clear
        </button>
        <span className="spacer" />
        <button type="button" className="button" onClick={editor.cancel} data-testid="cancel-places">
          Cancel
        </button>
        <button
          type="button"
          className="button primary"
          onClick={editor.save}
          disabled={problem !== null || editor.isSaving}
          data-testid="save-places"
        >
          {editor.isSaving ? "Saving…" : "Save"}
        </button>
      </div>
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
      <TextField
        label="Name"
        value={item.name}
        onChange={(name) => editor.change({ name })}
        testId="place-name"
      />
      {item.kind === "gate" && (
        <>
          <TextField
            label="Along the arrow"
            value={item.forwardName}
            onChange={(forwardName) => editor.change({ forwardName })}
            testId="forward-name"
          />
          <TextField
            label="Against it"
            value={item.backwardName}
            onChange={(backwardName) => editor.change({ backwardName })}
            testId="backward-name"
          />
          <button type="button" className="button" onClick={editor.reverse} data-testid="reverse-gate">
            Turn the arrow
          </button>
        </>
      )}
      <label className="text-field">
        <span>A vehicle is where</span>
        <select
          value={item.anchor}
          onChange={(event) => editor.change({ anchor: event.target.value as Anchor })}
          data-testid="anchor"
        >
          <option value="bottom_center">the bottom of its box is</option>
          <option value="center">the middle of its box is</option>
        </select>
      </label>
      {item.id !== ROI_ID && (
        <button type="button" className="button" onClick={editor.deleteItem} data-testid="delete-place">
          <TrashIcon />
          Delete {item.kind}
        </button>
      )}
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
      <input
        id={id}
        value={value}
        maxLength={100}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
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
  if (!item?.points.length && item?.id === ROI_ID) {
    return "Vehicles are counted in the whole picture. Click the picture to draw a region.";
  }
  return "Click to add a point, drag to move one, drag a small dot to bend a side.";
}
