import { useState } from "react";
import { uploadTarget } from "../folders/upload-target";
import { useSession } from "../session/session-context";
import { texts } from "../texts";
import { FormDialog } from "../ui/form-dialog";
import { TextInput } from "../ui/form-fields";
import { problemOf } from "./downloads";
import { useDownloads } from "./downloads-context";
import { wordsOfProblem } from "./words-of-problem";

/** Of a video. */
const MAX_NAME_CHARS = 200;

/** Has the server fetch a video; what it refuses at once is said here, what fails later beside the download. */
export default function DownloadDialog({ onClose }: { onClose: () => void }) {
  const downloads = useDownloads();
  const session = useSession();
  const [url, setUrl] = useState("");
  const [name, setName] = useState("");
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const start = async (into: string | null): Promise<void> => {
    setPending(true);
    setProblem(null);
    try {
      await downloads.start({ url: url.trim(), ...(name.trim() && { name: name.trim() }) }, into);
      onClose();
    } catch (error) {
      setProblem(wordsOfProblem(problemOf(error)));
      setPending(false);
    }
  };
  const submit = (): void => {
    const into = uploadTarget(session);
    if (!url.trim()) setProblem(texts.downloads.urlMissing);
    else if (into === undefined) setProblem(texts.folders.chooseFirst);
    else void start(into);
  };
  return (
    <FormDialog
      title={texts.downloads.dialogTitle}
      text={texts.downloads.dialogText}
      testId="download-dialog"
      submitLabel={texts.downloads.fetch}
      isPending={isPending}
      problem={problem}
      onSubmit={submit}
      onCancel={onClose}
    >
      <TextInput
        label={texts.downloads.url}
        hint={texts.downloads.urlHint}
        value={url}
        onChange={setUrl}
        autoComplete="off"
        inputMode="url"
        testId="download-url"
      />
      <TextInput
        label={texts.downloads.name}
        hint={texts.downloads.nameHint}
        value={name}
        onChange={setName}
        autoComplete="off"
        isRequired={false}
        testId="download-name"
        maxLength={MAX_NAME_CHARS}
      />
    </FormDialog>
  );
}
