import { type FormEvent, useState } from "react";
import { useFolders } from "../api/folders";
import { reasonOf } from "../api/http";
import type { Folder } from "../contract";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { ModalDialog } from "../ui/form-dialog";
import { TextInput } from "../ui/form-fields";
import { MAX_NAME_CHARS } from "./move-dialog";
import { useAddFolder, useDeleteFolder, useRenameFolder } from "./queries";

/** Adds, renames and deletes folders. */
export default function FoldersDialog({ onClose }: { onClose: () => void }) {
  const folders = useFolders();
  const deletion = useDeleteFolder();
  const [asked, setAsked] = useState<string | null>(null);
  const deleted = folders?.find(({ id }) => id === asked);
  return (
    <ModalDialog title={texts.folders.title} text={texts.folders.intro} testId="folders-dialog" onCancel={onClose}>
      {folders && folders.length > 0 ? (
        <ul className="dialog-list folder-rows" data-testid="folder-rows">
          {folders.map((folder) => (
            <FolderRow key={folder.id} folder={folder} onDelete={() => setAsked(folder.id)} />
          ))}
        </ul>
      ) : (
        <p className="muted">{folders ? texts.folders.noFolders : texts.videos.loading}</p>
      )}
      <p className="form-problem" role="alert" data-testid="folder-problem">
        {deletion.error && reasonOf(deletion.error)}
      </p>
      <AddFolder />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose} data-testid="close-folders">
          {texts.accounts.done}
        </button>
      </div>
      {deleted && (
        <DeleteFolderDialog
          folder={deleted}
          onCancel={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null);
            deletion.mutate(deleted.id);
          }}
        />
      )}
    </ModalDialog>
  );
}

function AddFolder() {
  const adding = useAddFolder();
  const [name, setName] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!adding.isPending) adding.mutate(name, { onSuccess: () => setName("") });
  };
  return (
    <form className="form folder-form" onSubmit={submit} noValidate>
      <TextInput
        label={texts.folders.newFolder}
        value={name}
        onChange={setName}
        autoComplete="off"
        testId="new-folder-name"
        maxLength={MAX_NAME_CHARS}
      />
      <button type="submit" className="button primary" aria-busy={adding.isPending} data-testid="add-folder">
        {texts.folders.add}
      </button>
      <p className="form-problem" role="alert" data-testid="add-folder-problem">
        {adding.error && reasonOf(adding.error)}
      </p>
    </form>
  );
}

function FolderRow({ folder, onDelete }: { folder: Folder; onDelete: () => void }) {
  const [isRenaming, setRenaming] = useState(false);
  if (isRenaming) return <RenameRow folder={folder} onEnd={() => setRenaming(false)} />;
  const { name, videos_count } = folder;
  return (
    <li data-testid="folder-row" data-name={name}>
      <span>
        {name} <span className="muted">{texts.videos.total(videos_count)}</span>
      </span>
      <span className="row-actions">
        <button
          type="button"
          className="button small"
          aria-label={texts.videos.renameNamed(name)}
          onClick={() => setRenaming(true)}
          data-testid="rename-folder"
        >
          {texts.videos.rename}
        </button>
        <button
          type="button"
          className="button small"
          data-tone="bad"
          aria-label={texts.videos.deleteNamed(name)}
          onClick={onDelete}
          data-testid="delete-folder"
        >
          {texts.videos.delete}
        </button>
      </span>
    </li>
  );
}

function RenameRow({ folder, onEnd }: { folder: Folder; onEnd: () => void }) {
  const renaming = useRenameFolder();
  const [name, setName] = useState(folder.name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === folder.name) return onEnd();
    if (!renaming.isPending) renaming.mutate({ id: folder.id, name }, { onSuccess: onEnd });
  };
  return (
    <li>
      <form className="form folder-form" onSubmit={submit} noValidate>
        <TextInput
          label={texts.videos.newName(folder.name)}
          value={name}
          onChange={setName}
          autoComplete="off"
          testId="folder-name"
          maxLength={MAX_NAME_CHARS}
          autoFocus
        />
        <button type="submit" className="button primary" aria-busy={renaming.isPending} data-testid="save-folder">
          {texts.accounts.save}
        </button>
        <button type="button" className="button" onClick={onEnd} data-testid="cancel-folder-name">
          {texts.ui.cancel}
        </button>
        <p className="form-problem" role="alert">
          {renaming.error && reasonOf(renaming.error)}
        </p>
      </form>
    </li>
  );
}

interface DeleteProps {
  folder: Folder;
  onCancel: () => void;
  onConfirm: () => void;
}

/** A folder with videos is not deleted: who may see them would change without anybody having said so. */
function DeleteFolderDialog({ folder: { name, videos_count }, onCancel, onConfirm }: DeleteProps) {
  const common = { testId: "delete-folder-dialog", cancelTestId: "cancel-delete-folder", onCancel };
  if (videos_count > 0)
    return (
      <ConfirmDialog
        {...common}
        title={texts.folders.notEmptyTitle(name)}
        text={texts.folders.notEmptyText(videos_count)}
        cancelLabel={texts.uploads.close}
        actions={[]}
      />
    );
  return (
    <ConfirmDialog
      {...common}
      title={texts.videos.deleteTitle(name)}
      text={texts.folders.deleteText}
      actions={[{ label: texts.videos.delete, tone: "danger", testId: "confirm-delete-folder", onClick: onConfirm }]}
    />
  );
}
