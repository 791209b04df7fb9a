import { useState } from "react";
import { reasonOf } from "../api/http";
import type { AddedLink, Video } from "../contract";
import { texts } from "../texts";
import { CopyField } from "../ui/copy-field";
import { date, timecode } from "../ui/format";
import { FormDialog, ModalDialog } from "../ui/form-dialog";
import { ChoiceInput } from "../ui/form-fields";
import { useShare } from "./queries";

const DAYS = ["1", "7", "30"] as const;
type Days = (typeof DAYS)[number];

interface Props {
  video: Video;
  /** Of the recording, if it is shown. */
  momentS: number | null;
  onClose: () => void;
}

/** Makes a link that shows the video without an account. */
export default function ShareDialog({ video, momentS, onClose }: Props) {
  const [days, setDays] = useState<Days>("7");
  const [isAtMoment, setAtMoment] = useState(momentS !== null);
  const share = useShare();
  if (share.data) return <MadeLink video={video} made={share.data} onClose={onClose} />;
  const submit = (): void =>
    share.mutate({
      video_id: video.id,
      moment_s: isAtMoment ? momentS : null,
      expires_in_hours: Number(days) * 24,
    });
  return (
    <FormDialog
      title={texts.accounts.shareTitle(video.name)}
      text={texts.accounts.shareText}
      testId="share-dialog"
      submitLabel={texts.accounts.makeLink}
      isPending={share.isPending}
      problem={share.error && reasonOf(share.error)}
      onSubmit={submit}
      onCancel={onClose}
    >
      <ChoiceInput
        label={texts.accounts.validity}
        options={DAYS.map((each) => [each, texts.accounts.days(Number(each))] as const)}
        value={days}
        onChange={setDays}
        testId="share-days"
      />
      {momentS !== null && (
        <label className="form-check">
          <input
            type="checkbox"
            checked={isAtMoment}
            onChange={(event) => setAtMoment(event.target.checked)}
            data-testid="share-moment-choice"
          />
          {texts.accounts.atMoment(timecode(momentS))}
        </label>
      )}
    </FormDialog>
  );
}

function MadeLink({ video, made, onClose }: { video: Video; made: AddedLink; onClose: () => void }) {
  return (
    <ModalDialog title={texts.accounts.shareTitle(video.name)} testId="share-dialog" onCancel={onClose}>
      <div className="form">
        <CopyField label={texts.accounts.link} value={location.origin + made.path} testId="shared-link" />
        <p className="form-note" data-testid="share-note">
          {texts.accounts.linkNote(date(made.link.expires_at))}
        </p>
        <div className="dialog-actions">
          <button type="button" className="button primary" onClick={onClose} data-testid="close-share">
            {texts.accounts.done}
          </button>
        </div>
      </div>
    </ModalDialog>
  );
}
