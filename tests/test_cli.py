"""The program, run as a process: most commands in forked ones, `--help` and `up` as they are installed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from service_process import fork_program

from onwatch_synthetic import SHORT, Scene, write_clip
from onwatch_testkit.sample_videos import write_video

ONWATCH = str(Path(sys.executable).with_name("onwatch"))
# Tests download nothing: they use the demo model.
OFFLINE = {**os.environ, "ONWATCH_AUTH": "off", "ONWATCH_DETECTOR_DOWNLOAD": "false", "NO_COLOR": "1", "COLUMNS": "200"}


def onwatch(*arguments: str, folder: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return fork_program(arguments, {**OFFLINE, **environ}, folder=folder)


@pytest.fixture(scope="module")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "short.mp4"
    write_clip(path, SHORT)
    return path


def test_analyze_counts_a_synthetic_clip_exactly(short_clip: Path, tmp_path: Path) -> None:
    scene = Scene(SHORT)
    roi = " ".join(f"{x},{y}" for x, y in scene.default_roi)
    done = onwatch("analyze", str(short_clip), "--roi", roi, "--json", "--data-dir", str(tmp_path))
    assert done.returncode == 0, done.stderr
    found, truth = json.loads(done.stdout), scene.truth(scene.default_roi, "bottom_center")
    assert found["total_vehicles_count"] == truth.total_vehicles_count
    assert found["current_vehicles_count"] == 0
    assert found["detector_model"] == "demo"
    assert found["coverage"]["fraction"] == 1.0
    assert found["notes"] == []
    visits = sorted(found["vehicles"], key=lambda visit: visit["entered_at_s"])
    expected = sorted(truth.vehicles, key=lambda vehicle: vehicle.entered_s)
    assert [visit["vehicle_type"] for visit in visits] == [str(vehicle.vehicle_type) for vehicle in expected]
    for visit, vehicle in zip(visits, expected, strict=True):
        assert visit["vehicle_dwell_time_s"] == pytest.approx(vehicle.dwell_s, abs=1 / SHORT.fps + 1e-6)
        assert visit["exit_reason"] == str(vehicle.exit_reason)


GATES = """
{"type": "FeatureCollection", "features": [
  {"type": "Feature", "id": "early", "properties": {"name": "Early", "forward_name": "away"},
   "geometry": {"type": "LineString", "coordinates": [[0.05, 0.45], [0.95, 0.45]]}},
  {"type": "Feature", "id": "late", "properties": {"name": "Late"},
   "geometry": {"type": "LineString", "coordinates": [[0.02, 0.7], [0.98, 0.7]]}}],
 "movements": [{"movement_id": "on", "name": "Straight on", "steps": [{"gate_id": "early"}, {"gate_id": "late"}]}]}
"""


@pytest.mark.slow
def test_analyze_counts_zones_and_gates_of_a_file_and_writes_their_tables(short_clip: Path, tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text(GATES)
    options = "--zones", str(tmp_path / "site.json"), "--tables", str(tmp_path / "tables"), "--interval", "1m"
    done = onwatch("analyze", str(short_clip), *options, "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in ("Zones", "Region of interest", "Gates", "Early", "away", "Straight on"))
    results = json.loads((tmp_path / "tables" / "results.json").read_text())
    counted = {gate["gate_id"]: gate["forward"]["total"] + gate["backward"]["total"] for gate in results["gates"]}
    assert counted["early"] > 0
    crossings = (tmp_path / "tables" / "crossings.csv").read_text().splitlines()
    assert len(crossings) - 1 == sum(counted.values())
    names = ["counts.csv", "counts.xlsx", "crossings.csv", "flows.json", "results.json", "visits.csv"]
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == names


def test_tables_without_zones_are_refused(short_clip: Path, tmp_path: Path) -> None:
    done = onwatch("analyze", str(short_clip), "--tables", str(tmp_path))
    assert done.returncode == 2
    assert "--tables needs --zones" in done.stderr


def test_analyze_prints_a_table_for_people(clip: Path, tmp_path: Path) -> None:
    done = onwatch("analyze", str(clip), "--data-dir", str(tmp_path))
    assert done.returncode == 0, done.stderr
    for name in ("total_vehicles_count", "current_vehicles_count", "vehicle_type", "vehicle_dwell_time", "coverage"):
        assert name in done.stdout


@pytest.fixture(scope="module")
def raw_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty pictures without timestamps, of a format whose headers say no rate."""
    return write_video(tmp_path_factory.mktemp("raw") / "recorder.mjpeg", codec="mjpeg")


@pytest.mark.parametrize(
    ("arguments", "duration_s", "note"),
    [
        ((), 0.8, "its pictures are counted at 25 a second (assumed)."),
        (("--recorded-fps", "12.5"), 1.6, "its pictures are counted at 12.5 a second (as set)."),
    ],
)
def test_analyze_tells_what_is_odd_about_a_file(
    raw_clip: Path, tmp_path: Path, arguments: tuple[str, ...], duration_s: float, note: str
) -> None:
    done = onwatch("analyze", str(raw_clip), *arguments, "--json", "--engine", "motion", "--data-dir", str(tmp_path))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["notes"] == [f"The file has no usable timestamps: {note}"]
    assert found["coverage"] == {"analysed_s": duration_s, "duration_s": duration_s, "fraction": 1.0}


def test_analyze_prints_notes_above_the_results(raw_clip: Path, tmp_path: Path) -> None:
    done = onwatch("analyze", str(raw_clip), "--engine", "motion", "--data-dir", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("note: The file has no usable timestamps: its pictures are counted at 25 a second")


def test_analyze_deletes_its_copy_of_the_video(clip: Path, tmp_path: Path) -> None:
    onwatch("analyze", str(clip), "--data-dir", str(tmp_path), TMPDIR=str(tmp_path))
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".mp4", ".db")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["missing.mp4"], 2, "missing.mp4: there is no such file"),
        (["notes.mp4"], 1, "notes.mp4: The file is not a video"),
        (["notes.mp4", "--roi", "0.1,0.2 0.3"], 2, 'point 2 is "0.3"; expected x,y'),
        (["notes.mp4", "--recorded-fps", "0"], 2, "0.01"),
        (["notes.mp4", "--anchor", "left"], 2, "'left' is not one of"),
    ],
)
def test_invalid_input_is_named_and_sets_the_exit_code(
    arguments: list[str], code: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / "notes.mp4").write_text("no video")
    done = onwatch("analyze", *arguments, folder=tmp_path)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_model_is_named(clip: Path, tmp_path: Path) -> None:
    done = onwatch("analyze", str(clip), "--model", "none.onnx", "--data-dir", str(tmp_path))
    assert done.returncode == 1
    assert "none.onnx cannot be used" in done.stderr


def test_a_misspelt_setting_is_named() -> None:
    done = onwatch("config", ONWATCH_GATEWAY_PROT="80")
    assert done.returncode == 2
    assert "ONWATCH_GATEWAY_PROT" in done.stderr


def test_the_output_of_config_is_a_settings_file(tmp_path: Path) -> None:
    shown = onwatch("config", "--data-dir", str(tmp_path), ONWATCH_DETECTOR_SLOTS="3")
    assert "ONWATCH_DETECTOR_SLOTS=3" in shown.stdout
    copied = tmp_path / "copied.env"
    copied.write_text(shown.stdout)
    again = onwatch("config", "--data-dir", str(tmp_path), "--settings", str(copied))
    assert again.returncode == 0, again.stderr
    assert [line for line in again.stdout.splitlines() if "=" in line] == [
        line for line in shown.stdout.splitlines() if "=" in line
    ]


@pytest.mark.slow
def test_a_missing_library_of_the_system_is_named(tmp_path: Path) -> None:
    """As OpenCV says it on a server without a desktop."""
    (tmp_path / "cv2.py").write_text(
        'raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")'
    )
    environ = {**OFFLINE, "PYTHONPATH": str(tmp_path)}
    command = [ONWATCH, "up", "--data-dir", str(tmp_path / "data"), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=120, check=False)
    assert done.returncode == 1
    assert "a library of the system is missing: libGL.so.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_every_command() -> None:
    shown = subprocess.run([ONWATCH, "--help"], capture_output=True, text=True, env=OFFLINE, timeout=120, check=True)
    commands = ("up", "analyze", "recount", "tally", "config", "doctor", "login-link", "migrate", "run", "version")
    assert all(command in shown.stdout for command in commands)


def test_run_lists_the_services() -> None:
    refused = onwatch("run", "dashbord")
    assert refused.returncode == 2
    assert all(name in refused.stderr for name in ("catalog", "gateway", "detector", "aggregator", "dashboard", "all"))


@contextmanager
def started(
    data_dir: Path, port: int, until: str = "Onwatch is ready", **environ: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `onwatch up`; yields the process and its output up to the line with these words."""
    process = subprocess.Popen(
        [ONWATCH, "up", "--data-dir", str(data_dir)],
        stderr=subprocess.PIPE,
        text=True,
        env={**OFFLINE, "ONWATCH_PORT": str(port), **environ},
    )
    watchdog = threading.Timer(150, process.kill)  # a start that hangs fails the test instead of blocking it
    watchdog.start()
    assert process.stderr is not None
    said = ""
    try:
        for line in process.stderr:
            said += line
            if until in line:
                break
        yield process, said
    finally:
        watchdog.cancel()
        process.kill()
        process.stderr.close()
        process.wait(timeout=60)


def address_in(said: str) -> str:
    return said.partition("Onwatch is ready: ")[2].split()[0]


def test_up_reports_another_port_adds_the_sample_and_stops_cleanly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(tmp_path / "data", port) as (process, said):
            assert "all_in_one.env" in said.splitlines()[0], "the first line says which settings are in use"
            assert f"Port {port} is taken" in said
            assert "ONWATCH_PORT" in said
            assert "Demo model: it detects vehicles in synthetic clips only" in said
            with urllib.request.urlopen(f"{address_in(said)}/api/videos") as answer:  # noqa: S310 our own server
                videos = json.load(answer)["items"]
            assert [video["name"] for video in videos] == ["Sample: four lanes by day"]
            assert videos[0]["roi"] is not None
            for_operators = next(word for word in said.split() if word.endswith("/readyz"))
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{address_in(said)}/readyz")  # noqa: S310 our own server
            with urllib.request.urlopen(for_operators) as answer:  # noqa: S310 our own server
                assert json.load(answer)["ready"] is True
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=120) == 0


def log_in_by(link: str) -> dict[str, str]:
    """The session that a one-time link opens."""
    address, _, code = link.partition("/login#")
    request = urllib.request.Request(  # noqa: S310 our own server
        f"{address}/api/session/code", json.dumps({"code": code}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 our own server
        session: dict[str, str] = json.load(answer)
    return session


@pytest.mark.slow
def test_up_with_logins_prints_a_link_once_and_the_program_makes_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with started(data, 0, until="Log in with this link", ONWATCH_AUTH="on") as (_, said):
        assert said.count("the account admin was added; its password, shown only this once: ") == 1
        link = next(word for word in said.split() if "/login#" in word)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{link.partition('/login#')[0]}/api/videos")  # noqa: S310 our own server
        assert log_in_by(link)["role"] == "administrator"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            log_in_by(link)

        made = onwatch("login-link", "--data-dir", str(data), "--url", link.partition("/login#")[0])
        assert made.returncode == 0, made.stderr
        assert log_in_by(made.stdout.strip())["name"] == "admin"


def test_a_link_needs_a_data_folder(tmp_path: Path) -> None:
    refused = onwatch("login-link", "--data-dir", str(tmp_path / "none"))
    assert refused.returncode == 1
    assert "none does not exist, and the environment names no server" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_up_without_logins_is_refused_where_others_reach_it(tmp_path: Path) -> None:
    refused = onwatch("up", "--data-dir", str(tmp_path), ONWATCH_AUTH="off", ONWATCH_GATEWAY_HOST="0.0.0.0")  # noqa: S104
    assert refused.returncode == 2
    assert "ONWATCH_GATEWAY_OPEN_TO_EVERYBODY=true" in refused.stderr
    assert "Traceback" not in refused.stderr
