"""A decoder that crashes, hangs or grows costs its process, and its run is told why."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from onwatch_detector.errors import DecoderNotStarted, Interrupted, MediaUnavailable, VideoUnreadable
from onwatch_detector.read import DecoderLimits, Position, SandboxedDecoder
from onwatch_media.sandbox import MIB, ProcessStarter
from onwatch_media.sandbox.rights import _seccomp
from onwatch_media.stored import ObjectStore, StoredObject
from onwatch_testkit.stored_videos import stored_copy

SHORT = DecoderLimits(stall_s=0.2)


@pytest.fixture
def decoder(clip: Path, starter: ProcessStarter) -> Iterator[SandboxedDecoder]:
    with closing(SandboxedDecoder(starter, DecoderLimits(), clip)) as decoder:
        yield decoder


def end(decoder: SandboxedDecoder, by: signal.Signals) -> None:
    """Returns once the process has ended: until then its other threads may go on answering."""
    os.kill(decoder.pid, by)
    assert decoder._process.exit_code(60) == -by


def read_to_the_end(decoder: SandboxedDecoder) -> None:
    reader = decoder.reader(Position())
    while reader.read() is not None:
        pass


def test_a_decoder_that_crashes_is_told_with_its_signal_and_stays_so(decoder: SandboxedDecoder) -> None:
    reader = decoder.reader(Position())
    assert reader.read() is not None
    end(decoder, signal.SIGSEGV)
    for _ in range(2):
        with pytest.raises(VideoUnreadable, match=r"three\.mp4 cannot be read: its decoder crashed \(SIGSEGV\)"):
            reader.read()
    with pytest.raises(VideoUnreadable, match="SIGSEGV"):
        decoder.samples(1.0, 0)


def test_a_process_that_does_not_start_is_no_fault_of_the_video(clip: Path) -> None:
    with closing(ProcessStarter("no_such_module")) as starter, pytest.raises(DecoderNotStarted, match=clip.name):
        SandboxedDecoder(starter, DecoderLimits(), clip)


def test_other_decoders_are_not_disturbed(clip: Path, starter: ProcessStarter, decoder: SandboxedDecoder) -> None:
    reader = decoder.reader(Position())
    with closing(SandboxedDecoder(starter, DecoderLimits(), clip)) as other:
        other.reader(Position())
        end(other, signal.SIGABRT)
        with pytest.raises(VideoUnreadable, match="SIGABRT"):
            other.duration_s()
    assert sum(1 for _ in iter(reader.read, None)) == 75


def test_a_decoder_that_hangs_is_ended_in_time(clip: Path, starter: ProcessStarter) -> None:
    """A stopped process answers as little as one that spins."""
    with closing(SandboxedDecoder(starter, SHORT, clip)) as decoder:
        os.kill(decoder.pid, signal.SIGSTOP)
        with pytest.raises(VideoUnreadable, match=r"its decoder gave nothing for 0\.2 s, and was ended"):
            decoder.reader(Position())
        assert decoder._process.exit_code(60) == -signal.SIGKILL


def test_one_whose_answer_nobody_wants_is_not_waited_for(clip: Path, starter: ProcessStarter) -> None:
    with closing(SandboxedDecoder(starter, DecoderLimits(stall_s=600), clip, is_unwanted=lambda: True)) as decoder:
        os.kill(decoder.pid, signal.SIGSTOP)
        with pytest.raises(Interrupted):
            decoder.reader(Position())


def test_a_decoder_that_is_ended_by_the_machine_is_told(decoder: SandboxedDecoder) -> None:
    end(decoder, signal.SIGKILL)
    with pytest.raises(VideoUnreadable, match="short of memory"):
        decoder.duration_s()


def test_memory_is_limited(tmp_path: Path, starter: ProcessStarter) -> None:
    path = tmp_path / "large.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=5)
        stream.width, stream.height, stream.pix_fmt = 8000, 4000, "gray"
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((4000, 8000), np.uint8), format="gray")
            frame.pts, frame.time_base = number, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    limits = DecoderLimits(memory_bytes=-100 * MIB)  # besides the 512 MiB for shared pictures
    opened = closing(SandboxedDecoder(starter, limits, path))
    with opened as decoder, pytest.raises(VideoUnreadable, match="MiB of memory"):
        read_to_the_end(decoder)


def test_it_can_be_aborted_while_it_decodes(decoder: SandboxedDecoder) -> None:
    reader = decoder.reader(Position())
    decoder.abort()
    with pytest.raises(VideoUnreadable):
        list(iter(reader.read, None))


def test_pictures_stay_when_the_decoder_is_closed(clip: Path, starter: ProcessStarter) -> None:
    with closing(SandboxedDecoder(starter, DecoderLimits(), clip)) as decoder:
        frame = decoder.reader(Position()).read()
    assert frame is not None
    assert frame.picture.mean() > 0


@pytest.mark.skipif(_seccomp() is None, reason="this machine has no libseccomp")
def test_its_process_has_given_up_rights(decoder: SandboxedDecoder) -> None:
    decoder.duration_s()
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{decoder.pid}/status").read_text().splitlines())
    assert (status["NoNewPrivs"], status["Seccomp"].strip()) == ("1", "2")
    limits = Path(f"/proc/{decoder.pid}/limits").read_text()
    assert [line.split()[3:5] for line in limits.splitlines() if line.startswith("Max file size")] == [["0", "0"]]


# --- a file in an object store -------------------------------------------------------------------


def test_decoding_a_stored_video_begins_before_all_of_it_is_here(
    clip: Path, starter: ProcessStarter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[int] = []
    read = ObjectStore.read

    def counted(self: ObjectStore, path: str, offset: int, size: int) -> bytes:
        fetched.append(size)
        return read(self, path, offset, size)

    monkeypatch.setattr(ObjectStore, "read", counted)
    padded = tmp_path / "padded.mp4"
    content, padding = clip.read_bytes(), 2 << 20
    padded.write_bytes(content + (8 + padding).to_bytes(4, "big") + b"free" + bytes(padding))
    with closing(SandboxedDecoder(starter, DecoderLimits(), stored_copy(padded, tmp_path))) as decoder:
        assert decoder.reader(Position()).read() is not None
    assert 0 < sum(fetched) < padding


def test_a_store_that_is_away_is_no_fault_of_the_video(
    clip: Path, starter: ProcessStarter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: StoredObject, offset: int, size: int) -> bytes:
        raise MediaUnavailable(OSError("refused"))

    with closing(SandboxedDecoder(starter, DecoderLimits(), stored_copy(clip, tmp_path))) as decoder:
        monkeypatch.setattr(StoredObject, "read", away)
        for _ in range(2):
            with pytest.raises(MediaUnavailable, match="not reached: refused"):
                decoder.reader(Position())
        with pytest.raises(MediaUnavailable):
            decoder.samples(1.0, 0)


def test_a_crash_is_a_crash_also_where_the_video_is_stored(clip: Path, starter: ProcessStarter, tmp_path: Path) -> None:
    with closing(SandboxedDecoder(starter, DecoderLimits(), stored_copy(clip, tmp_path))) as decoder:
        decoder.reader(Position())
        end(decoder, signal.SIGSEGV)
        with pytest.raises(VideoUnreadable, match="SIGSEGV"):
            decoder.duration_s()
