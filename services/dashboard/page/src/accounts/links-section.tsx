import { useState } from "react";
import { useFolders } from "../api/folders";
import { keys } from "../api/keys";
import { urls } from "../api/urls";
import { useVideoChoices } from "../api/video-choices";
import type { Link as SharedLink } from "../contract";
import { momentAddress } from "../player/moment";
import { Link, paths } from "../routing/router";
import { texts } from "../texts";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { date, timecode } from "../ui/format";
import { folderAddress } from "../videos/list-view";
import { useLinks, useRemoval } from "./queries";
import { RowAction, Section } from "./section";

export function LinksSection() {
  const links = useLinks();
  const removal = useRemoval(keys.links, urls.link);
  const videos = new Map(useVideoChoices().map(({ id, name }) => [id, name]));
  const [revoked, setRevoked] = useState<SharedLink | null>(null);
  const folders = new Map((useFolders() ?? []).map(({ id, name }) => [id, name]));
  const nameOf = ({ video_id, folder_id }: SharedLink): string =>
    video_id !== null ? (videos.get(video_id) ?? video_id) : texts.folders.named(folders.get(folder_id!) ?? folder_id!);
  return (
    <>
      <Section
        section="links"
        query={{ ...links, data: links.data?.items }}
        empty={{ title: texts.accounts.noLinks, text: texts.accounts.noLinksText }}
      >
        {(items) => (
          <table className="stacked-table account-table" data-testid="links-table">
            <thead>
              <tr>
                <th scope="col">{texts.accounts.video}</th>
                <th scope="col">{texts.accounts.sharedBy}</th>
                <th scope="col">{texts.accounts.created}</th>
                <th scope="col">{texts.accounts.expires}</th>
                <th scope="col">{texts.accounts.actions}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((link) => (
                <LinkRow key={link.id} link={link} name={nameOf(link)} onRevoke={() => setRevoked(link)} />
              ))}
            </tbody>
          </table>
        )}
      </Section>
      {revoked && (
        <ConfirmDialog
          title={texts.accounts.revokeLinkTitle(nameOf(revoked))}
          text={texts.accounts.revokeLinkText}
          testId="revoke-link-dialog"
          cancelTestId="cancel-revoke-link"
          onCancel={() => setRevoked(null)}
          actions={[
            {
              label: texts.accounts.revoke,
              tone: "danger",
              testId: "confirm-revoke-link",
              onClick: () => {
                setRevoked(null);
                removal.mutate(revoked.id);
              },
            },
          ]}
        />
      )}
    </>
  );
}

function LinkRow({ link, name, onRevoke }: { link: SharedLink; name: string; onRevoke: () => void }) {
  const { video_id: videoId, folder_id: folderId, moment_s: momentS } = link;
  const path = videoId === null ? folderAddress(folderId ?? "") : paths.video(videoId);
  return (
    <tr data-testid="link-row">
      <th scope="row">
        <Link href={momentS === null ? path : momentAddress(path, momentS)}>{name}</Link>{" "}
        {momentS !== null && <span className="chip">{texts.accounts.from(timecode(momentS))}</span>}
      </th>
      <td data-label={texts.accounts.sharedBy}>{link.user_name}</td>
      <td data-label={texts.accounts.created}>{date(link.created_at)}</td>
      <td data-label={texts.accounts.expires}>{date(link.expires_at)}</td>
      <td data-actions>
        <RowAction label={texts.accounts.revoke} of={name} onClick={onRevoke} testId="revoke-link" isDangerous />
      </td>
    </tr>
  );
}
