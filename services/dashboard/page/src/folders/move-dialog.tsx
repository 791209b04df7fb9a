import { useState } from "react";
import { useFolders } from "../api/folders";
import { reasonOf } from "../api/http";
import { type Folder, NO_FOLDER, type Video } from "../contract";
import { mayManageFolders } from "../session/rights";
import { useRight } from "../session/session-context";
import { texts } from "../texts";
import { FormDialog } from "../ui/form-dialog";
import { ChoiceInput, TextInput } from "../ui/form-fields";
import { useToast } from "../ui/toasts";
import { useAddFolder, useMoveVideos } from "./queries";

const NEW_FOLDER = "new";
export const MAX_NAME_CHARS = 200;

interface Props {
  videos: readonly Video[];
  onClose: () => void;
  onMoved: () => void;
}

/** Moves videos into a folder, which may be a new one, or out of theirs. */
export default function MoveDialog({ videos, onClose, onMoved }: Props) {
  const listed = useFolders() ?? [];
  const mayManage = useRight(mayManageFolders);
  const toast = useToast();
  const adding = useAddFolder();
  const moving = useMoveVideos();
  const [added, setAdded] = useState<Folder | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState("");
  const folders = added && !listed.some(({ id }) => id === added.id) ? [...listed, added] : listed;
  const others: [string, string][] = [
    [NEW_FOLDER, texts.folders.newFolder],
    [NO_FOLDER, texts.folders.none],
  ];
  const options = [...folders.map((folder): [string, string] => [folder.id, folder.name]), ...(mayManage ? others : [])];
  const target = chosen ?? options[0]?.[0] ?? NO_FOLDER;
  const isNew = target === NEW_FOLDER;
  const moveInto = (into: string, folder: string | null): void =>
    moving.mutate(
      { videos, into },
      {
        onSuccess: () => {
          toast({ tone: "calm", text: texts.folders.moved(videos.length, folder) });
          onMoved();
        },
      },
    );
  // The new folder is there, and chosen, whatever becomes of the move: a second try adds no other.
  const moveIntoNew = (folder: Folder): void => {
    setAdded(folder);
    setChosen(folder.id);
    moveInto(folder.id, folder.name);
  };
  const submit = (): void => {
    adding.reset();
    moving.reset();
    if (isNew) adding.mutate(name, { onSuccess: moveIntoNew });
    else moveInto(target, folders.find(({ id }) => id === target)?.name ?? null);
  };
  const error = adding.error ?? moving.error;
  return (
    <FormDialog
      title={texts.folders.moveTitle(videos.length)}
      text={texts.folders.moveText}
      testId="move-dialog"
      submitLabel={texts.folders.move}
      isPending={adding.isPending || moving.isPending}
      problem={error && reasonOf(error)}
      onSubmit={submit}
      onCancel={onClose}
    >
      <ChoiceInput label={texts.folders.folder} options={options} value={target} onChange={setChosen} testId="move-target" />
      {isNew && (
        <TextInput
          label={texts.folders.name}
          value={name}
          onChange={setName}
          autoComplete="off"
          testId="move-new-name"
          maxLength={MAX_NAME_CHARS}
        />
      )}
    </FormDialog>
  );
}
