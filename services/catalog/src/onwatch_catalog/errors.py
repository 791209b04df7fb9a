"""The catalog's errors, as problem documents of the HTTP API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from onwatch_catalog.sizes import readable
from onwatch_runtime.errors import Unavailable
from onwatch_runtime.http import ProblemError
from onwatch_sql.errors import StoreFull as StoreFull
from onwatch_sql.errors import StoreUnavailable as StoreUnavailable


class ObjectStoreUnavailable(StoreUnavailable, OSError):
    """The files are away, with their store. Trying again later is safe."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error, "The store of the videos")


class VideoNotFound(ProblemError):
    status = 404
    code = "video_not_found"
    title = "No such video"

    def __init__(self, video_id: str) -> None:
        super().__init__(f"There is no video {video_id}.")


class FolderNotFound(ProblemError):
    status = 404
    code = "folder_not_found"
    title = "No such folder"

    def __init__(self, folder_id: str) -> None:
        super().__init__(f"There is no folder {folder_id}.")


class FileMissing(ProblemError):
    """The video is in the table, but another program removed its file."""

    status = 404
    code = "file_missing"
    title = "File missing"

    def __init__(self, video_id: str, what: str) -> None:
        super().__init__(f"The {what} of video {video_id} is not in the media folder any more.")


class RangeNotSatisfiable(ProblemError):
    status = 416
    code = "range_not_satisfiable"
    title = "Range not satisfiable"

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"The range is not one of the file, which has {size_bytes} bytes; expected bytes=FIRST-LAST.")
        self.headers = {"content-range": f"bytes */{size_bytes}"}


class InvalidPart(ProblemError):
    status = 422
    code = "invalid_part"
    title = "No part of a picture"

    def __init__(self) -> None:
        super().__init__("A part of a picture needs left, top, right and bottom, with left < right and top < bottom.")


class NoStill(ProblemError):
    status = 422
    code = "no_picture"
    title = "No picture"

    def __init__(self, video_id: str, at_s: float) -> None:
        super().__init__(f"The picture of video {video_id} at {at_s:g} s cannot be decoded.")


class StillsBusy(ProblemError):
    status = 503
    code = "pictures_busy"
    title = "Too many pictures wait"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} pictures are waiting to be decoded already. Try again in a moment.")
        self.headers = {"retry-after": "2"}


# --- uploads -------------------------------------------------------------------------------------


class UploadTooLarge(ProblemError):
    status = 413
    code = "upload_too_large"
    title = "Upload too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The upload is larger than {limit_bytes} bytes, the largest that is taken.")


class MalformedUpload(ProblemError):
    """The body is not a form with one file."""

    status = 400
    code = "malformed_upload"
    title = "Malformed upload"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}; expected multipart/form-data with one file in the field `file`.")


class FormTooLarge(ProblemError):
    """The form has too much besides its file."""

    status = 413
    code = "form_too_large"
    title = "Form too large"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}; expected one file in the field `file`, and few short fields.")


class UploadInterrupted(ProblemError):
    """The client disconnected; it never reads this response, but the log shows it."""

    status = 400
    code = "upload_interrupted"
    title = "Upload interrupted"

    def __init__(self) -> None:
        super().__init__("The client disconnected before the file was complete.")


class FilesTakenOver(ProblemError, Unavailable):
    """This process was silent for so long that the others took it for dead, and delete what it was writing."""

    status = 503
    code = "files_taken_over"
    title = "Files taken over"

    def __init__(self, video_id: str) -> None:
        super().__init__(f"The catalog was interrupted while it received {video_id}; send the file again.")
        self.headers = {"retry-after": "1"}


class StillBusy(ProblemError, Unavailable):
    """Another process has not let go in time."""

    status = 503
    code = "still_busy"
    title = "Still busy"

    def __init__(self, kind: str, activity_id: str) -> None:
        super().__init__(f"Another process of the catalog is still busy with the {kind} {activity_id}; try again.")
        self.headers = {"retry-after": "1"}


class StorageFull(ProblemError):
    status = 507
    code = "storage_full"
    title = "Storage full"

    def __init__(self) -> None:
        super().__init__(
            "The disk is full: the media folder has no room for this file. Delete videos or give it more space."
        )


class NoRoomToUpload(StorageFull):
    """Told before anything is written."""

    def __init__(self, needed_bytes: int, free_bytes: int) -> None:
        ProblemError.__init__(
            self,
            f"The disk is full: the file has {needed_bytes} bytes, and {free_bytes} are free beside other uploads. "
            "Delete videos or give it more space.",
        )


class StorageQuotaExceeded(ProblemError):
    """Told before anything is written, where the size is declared."""

    status = 507
    code = "storage_quota_exceeded"
    title = "Storage quota exceeded"

    def __init__(self, needed_bytes: int, used_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"Videos may take {readable(limit_bytes)} and take {readable(used_bytes)}, uploads in progress included; "
            f"this needs {readable(needed_bytes)} more. Delete videos, or ask who runs this server to allow more."
        )


class UploadNotFound(ProblemError):
    status = 404
    code = "upload_not_found"
    title = "No such upload"

    def __init__(self, upload_id: str) -> None:
        super().__init__(f"There is no upload {upload_id}: it expired or was cancelled. Begin a new one.")


class UploadOffsetMismatch(ProblemError):
    status = 409
    code = "upload_offset_mismatch"
    title = "Another part of the file is expected"

    def __init__(self, offset: int, received_bytes: int) -> None:
        super().__init__(f"{received_bytes} bytes have arrived, and `Upload-Offset` says {offset}.")


class InvalidUploadRequest(ProblemError):
    """A header of the tus protocol is missing or wrong."""

    status = 400
    code = "invalid_upload_request"
    title = "Invalid upload request"


class UnsupportedTusVersion(ProblemError):
    status = 412
    code = "unsupported_tus_version"
    title = "Unsupported version of tus"

    def __init__(self, version: str) -> None:
        super().__init__(f"`Tus-Resumable` is not {version}, the version that is spoken here.")
        self.headers = {"tus-version": version, "tus-resumable": version}


class UploadMediaType(ProblemError):
    status = 415
    code = "upload_media_type"
    title = "Not a part of a file"

    def __init__(self, media_type: str) -> None:
        super().__init__(f"The content type of a part of a file is {media_type}.")


class TooManyUploads(ProblemError):
    status = 429
    code = "too_many_uploads"
    title = "Too many uploads"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} uploads are unfinished; finish or cancel some of them first.")


class UnusableFile(ProblemError):
    """Base class for files that cannot become a video."""

    status = 422


class EmptyFile(UnusableFile):
    code = "empty_file"
    title = "Empty file"

    def __init__(self) -> None:
        super().__init__("The file has 0 bytes.")


class NotAVideo(UnusableFile):
    code = "not_a_video"
    title = "Not a video"

    def __init__(self, why: str) -> None:
        super().__init__(f"The file is not a video that can be read: {why}. MP4, MOV, MKV, WebM, AVI and TS are.")


class NoVideoStream(UnusableFile):
    code = "no_video_stream"
    title = "No pictures"

    def __init__(self, kinds: tuple[str, ...]) -> None:
        found = ", ".join(kinds) or "no stream at all"
        super().__init__(f"The file has no video stream, only: {found}.")


class NoFrames(UnusableFile):
    code = "no_frames"
    title = "No frames"

    def __init__(self, frames: int) -> None:
        super().__init__(f"The file's video stream has {frames} decodable frames; at least 2 are needed.")


class TruncatedVideo(UnusableFile):
    code = "truncated_video"
    title = "Video cut short"

    def __init__(self, why: str) -> None:
        super().__init__(f"The file was cut short: {why}. Copy or export it again, and upload the whole file.")


class PictureTooLarge(UnusableFile):
    code = "picture_too_large"
    title = "Pictures too large"

    def __init__(self, why: str) -> None:
        super().__init__(f"The file is not accepted: {why}.")


class InspectionLimitExceeded(UnusableFile):
    """The decoder took more than it is allowed to find out what the file is."""

    code = "inspection_limit_exceeded"
    title = "Too much work to read"

    def __init__(self, why: str) -> None:
        super().__init__(f"The file is not accepted: {why}, the limit of this installation.")


class RateFromTimestamps(UnusableFile):
    """A rate was given for a file that does not need one."""

    code = "rate_from_timestamps"
    title = "The file has timestamps"

    def __init__(self) -> None:
        super().__init__(
            "The file's timestamps say when each picture was recorded; "
            "`recorded_fps` is for files without them, whose pictures are counted."
        )


class InvalidRecordedFps(ProblemError):
    status = 422
    code = "invalid_recorded_fps"
    title = "Invalid rate"

    def __init__(self, given: str) -> None:
        super().__init__(f"`recorded_fps` is {given[:100]!r}; expected pictures per second, from 0.01 to 1000.")


# --- joins ---------------------------------------------------------------------------------------


class JoinNotFound(ProblemError):
    status = 404
    code = "join_not_found"
    title = "No such join"

    def __init__(self, join_id: str) -> None:
        super().__init__(
            f"There is no join {join_id}: it was cancelled, or ended by a restart, which leaves nothing half done."
        )


class InvalidJoin(ProblemError):
    status = 422
    code = "invalid_join"
    title = "Invalid join"

    def __init__(self, why: str) -> None:
        super().__init__(f"The list {why}; expected the ids of two or more recordings, each once.")


class TooManyJoins(ProblemError):
    status = 429
    code = "too_many_joins"
    title = "Too many joins"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} joins are waiting or in progress; try again when some of them have ended.")


class NoRoomToJoin(StorageFull):
    """Told before anything is written."""

    def __init__(self, needed_bytes: int, free_bytes: int) -> None:
        ProblemError.__init__(
            self,
            f"The disk is full: joining needs as much space as the recordings take, {needed_bytes} bytes, "
            f"and {free_bytes} are free. Delete videos or give it more space.",
        )


class RecordingsNotJoined(UnusableFile):
    code = "recordings_not_joined"
    title = "Recordings not joined"

    def __init__(self, why: str) -> None:
        super().__init__(f"The recordings cannot be joined: {why}.")


# --- edits and lists -----------------------------------------------------------------------------


class InvalidName(ProblemError):
    status = 422
    code = "invalid_name"
    title = "Invalid name"

    def __init__(self, why: str) -> None:
        super().__init__(f"The name {why}; expected 1 to 200 characters, not only spaces.")


class InvalidPatch(ProblemError):
    status = 422
    code = "invalid_patch"
    title = "Invalid change"

    def __init__(self, field: str) -> None:
        super().__init__(f"`{field}` cannot be null; leave it out to keep it as it is.")


class InvalidRoi(ProblemError):
    status = 422
    code = "invalid_roi"
    title = "Invalid region of interest"

    def __init__(self, why: str) -> None:
        super().__init__(f"The region of interest is not a simple polygon: {why}.")


class InvalidCalibration(ProblemError):
    status = 422
    code = "invalid_calibration"
    title = "Invalid calibration"

    def __init__(self, why: str) -> None:
        super().__init__(f"The calibration is not four points around a quadrilateral and its sides: {why}.")


class InvalidCursor(ProblemError):
    status = 422
    code = "invalid_cursor"
    title = "Invalid cursor"

    def __init__(self) -> None:
        super().__init__("`cursor` is not one that this list gave out; leave it out to start at the newest video.")


# --- zones, gates, movements ---------------------------------------------------------------------


class ItemNotFound(ProblemError):
    """Base class: a video does not have this zone, gate or movement."""

    status = 404
    noun: ClassVar[str]

    def __init__(self, item_id: str, existing: Sequence[str]) -> None:
        has = f"it has {', '.join(existing)}" if existing else "it has none"
        super().__init__(f"The video has no {self.noun} {item_id}; {has}.")


class ZoneNotFound(ItemNotFound):
    code = "zone_not_found"
    title = "No such zone"
    noun = "zone"


class GateNotFound(ItemNotFound):
    code = "gate_not_found"
    title = "No such gate"
    noun = "gate"


class MovementNotFound(ItemNotFound):
    code = "movement_not_found"
    title = "No such movement"
    noun = "movement"


class InvalidItemName(ProblemError):
    status = 422
    code = "invalid_item_name"
    title = "Invalid name"

    def __init__(self, field: str) -> None:
        super().__init__(f"`{field}` is empty; expected 1 to 100 characters, not only spaces.")


class NameTaken(ProblemError):
    status = 409
    code = "name_taken"
    title = "Name taken"

    def __init__(self, noun: str, name: str, item_id: str) -> None:
        super().__init__(f"The {noun} {item_id} is named {name!r} already; each {noun} has a name of its own.")


class IdTaken(ProblemError):
    status = 409
    code = "id_taken"
    title = "Id taken"

    def __init__(self, noun: str, item_id: str) -> None:
        super().__init__(f"The video already has a {noun} {item_id}; PATCH changes it.")


class TooManyItems(ProblemError):
    status = 409
    code = "too_many_items"
    title = "Too many"

    def __init__(self, noun: str, limit: int) -> None:
        super().__init__(f"The video has {limit} {noun}s, the most that it may have; delete one first.")


class InvalidZone(ProblemError):
    status = 422
    code = "invalid_zone"
    title = "Invalid zone"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"The polygon of the zone {name!r} is not simple: {why}.")


class RegionOfInterestFixed(ProblemError):
    status = 422
    code = "region_of_interest_fixed"
    title = "Not of the region of interest"

    def __init__(self, field: str) -> None:
        super().__init__(
            f"`{field}` of the zone `roi` cannot be changed: the region of interest is the first zone, and counts "
            "vehicles of every type. Add a zone with the same polygon instead."
        )


class InvalidGate(ProblemError):
    status = 422
    code = "invalid_gate"
    title = "Invalid gate"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"The line of the gate {name!r} is not simple: {why}.")


class GateInUse(ProblemError):
    status = 409
    code = "gate_in_use"
    title = "Gate in use"

    def __init__(self, gate_id: str, movements: Sequence[str]) -> None:
        super().__init__(
            f"The gate {gate_id} is a step of {', '.join(map(repr, movements))}; change or delete that first."
        )


class UnknownGate(ProblemError):
    status = 422
    code = "unknown_gate"
    title = "Unknown gate"

    def __init__(self, movement: str, gate_id: str, existing: Sequence[str]) -> None:
        has = f"its gates are {', '.join(existing)}" if existing else "it has none"
        super().__init__(f"The movement {movement!r} crosses gate {gate_id}, which the video does not have: {has}.")


class InvalidSiteFile(ProblemError):
    status = 422
    code = "invalid_site_file"
    title = "Invalid site file"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"The feature {name!r} {why}.")


class InvalidRecording(ProblemError):
    status = 422
    code = "invalid_recording"
    title = "Invalid time of recording"


class RevisionMismatch(ProblemError):
    status = 412
    code = "revision_mismatch"
    title = "Changed by somebody else"

    def __init__(self, if_match: str, revision: int) -> None:
        super().__init__(
            f"The site of the video has revision {revision}, and `If-Match` says {if_match[:100]}: somebody else has "
            "changed it. Read it, then change it."
        )
        self.headers = {"etag": f'"{revision}"'}
