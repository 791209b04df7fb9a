"""One realistic example of every published shape, for tests, fakes and documentation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from onwatch_contracts import channel, http, messages
from onwatch_contracts.alerts import ClearReason
from onwatch_contracts.frame_formats import WantedFrames
from onwatch_contracts.site import (
    Gate,
    GateCounts,
    Movement,
    MovementStep,
    Site,
    SiteCounts,
    SiteZone,
    ZoneCounts,
)
from onwatch_contracts.values import (
    Checkpoint,
    Coverage,
    DwellTime,
    EngineChoice,
    Entered,
    ExitReason,
    Left,
    RunSettings,
    Totals,
    Value,
    VehicleType,
    Zone,
)

VIDEO_ID = "5f0c2b7e9a134d68b1c4e7a90d3f6b25"
RUN_ID = "c81d4f0e6b9a4a7d8f3e2b1c0a9d8e7f"
ALERT_ID = "0b9d3c5e7f1a42688d4f6a0c2e9b7d13"
WORKER_ID = "detector-7b9c"
UPLOADED_AT = datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC)
STARTED_AT = datetime(2026, 3, 2, 8, 20, 0, 250_000, tzinfo=UTC)
FINISHED_AT = datetime(2026, 3, 2, 8, 21, 4, 750_000, tzinfo=UTC)

ROI = ((0.12, 0.35), (0.88, 0.35), (0.97, 0.92), (0.05, 0.92))

SETTINGS = RunSettings(
    zones=(Zone(polygon=ROI),), duration_s=64.48, frames_per_second=25.0, detector_model="yolo11n-640"
)

TOTALS = Totals(
    total_vehicles_count=4,
    current_vehicles_count=1,
    visits_count=4,
    vehicle_type={VehicleType.CAR: 3, VehicleType.BUS: 1},
    vehicle_dwell_time=DwellTime(visits=3, mean_s=6.4, max_s=9.12, total_s=19.2),
)

COVERAGE = Coverage(analysed_s=32.24, duration_s=64.48, fraction=0.5)

CHECKPOINT = Checkpoint(
    next_frame=806,
    position_s=32.24,
    state={
        "version": 1,
        "vehicles": [
            {"vehicle_id": 4, "votes": {"bus": 3.71}, "first_inside_s": 30.04, "box": [0.41, 0.5, 0.63, 0.81]}
        ],
    },
)

ENTERED = Entered(vehicle_id=4, visit_no=1, vehicle_type=VehicleType.BUS, entered_at_s=30.04)

LEFT = Left(
    vehicle_id=3,
    visit_no=1,
    vehicle_type=VehicleType.CAR,
    entered_at_s=22.48,
    left_at_s=31.6,
    exit_reason=ExitReason.LEFT,
)

CALIBRATION = http.CalibrateCoordinates(
    image_points=((0.3, 0.4), (0.7, 0.4), (0.9, 0.9), (0.1, 0.9)), side_lengths_m=(7.2, 24.5, 7.2, 24.5)
)

SITE = Site(
    zones=(
        SiteZone(zone_id="roi", name="Region of interest", polygon=ROI),
        SiteZone(
            zone_id="9d3b6c1f", name="Stop line, northbound", polygon=((0.4, 0.5), (0.6, 0.5), (0.65, 0.7), (0.38, 0.7))
        ),
    ),
    gates=(
        Gate(
            gate_id="north",
            name="North arm",
            points=((0.2, 0.3), (0.45, 0.28)),
            forward_name="inbound",
            backward_name="outbound",
        ),
        Gate(gate_id="east", name="East arm", points=((0.9, 0.4), (0.92, 0.55), (0.95, 0.8))),
    ),
    movements=(
        Movement(
            movement_id="left",
            name="Left turn from the north",
            steps=(MovementStep(gate_id="north", direction="forward"), MovementStep(gate_id="east")),
        ),
    ),
    calibration=CALIBRATION,
    recorded_at=datetime(2026, 3, 2, 6, 0, 0, tzinfo=UTC),
    time_zone="Europe/Berlin",
)

SITE_COUNTS = SiteCounts(
    zones=(
        ZoneCounts(
            zone_id="9d3b6c1f",
            total_vehicles_count=2,
            current_vehicles_count=1,
            visits_count=2,
            vehicle_type={"car": 2},
            vehicle_dwell_time=DwellTime(visits=1, mean_s=5.2, max_s=5.2, total_s=5.2),
        ),
    ),
    gates=(GateCounts(gate_id="north", forward={"bus": 1, "car": 2}, backward={"car": 1}), GateCounts(gate_id="east")),
)

MESSAGES: tuple[messages.Message, ...] = (
    messages.VideoCreatedV1(
        message_id="0d9f7a52c3be4e1fa6b8d0c2e4f61835",
        occurred_at=UPLOADED_AT,
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        video_id=VIDEO_ID,
    ),
    messages.VideoUpdatedV1(message_id="1a2b3c4d5e6f40718293a4b5c6d7e8f9", occurred_at=UPLOADED_AT, video_id=VIDEO_ID),
    messages.VideoDeletedV1(message_id="2b3c4d5e6f7041829304b5c6d7e8f90a", occurred_at=FINISHED_AT, video_id=VIDEO_ID),
    messages.SiteChangedV1(
        message_id="f8091a2b3c4d5e6f708192a3b4c5d6e7",
        occurred_at=UPLOADED_AT,
        video_id=VIDEO_ID,
        revision=3,
        site=SITE,
    ),
    messages.DemandWantedV1(
        message_id="3c4d5e6f708142930415c6d7e8f90a1b",
        occurred_at=datetime(2026, 3, 2, 8, 20, 2, tzinfo=UTC),
        video_id=VIDEO_ID,
        source_id="gateway-5d41",
        kind="viewers",
        viewers=2,
        requested_at=datetime(2026, 3, 2, 8, 20, 0, tzinfo=UTC),
        expires_at=datetime(2026, 3, 2, 8, 20, 7, tzinfo=UTC),
    ),
    messages.DemandReleasedV1(
        message_id="4d5e6f70819243041526d7e8f90a1b2c",
        occurred_at=FINISHED_AT,
        video_id=VIDEO_ID,
        source_id="gateway-5d41",
    ),
    messages.FramesWantedV1(
        message_id="1b2c3d4e5f60718293a4b5c6d7e8f90a",
        occurred_at=datetime(2026, 3, 2, 8, 20, 0, 250_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        source_id="gateway-4f3c2b1a",
        formats=(WantedFrames(largest_side=640, max_fps=15), WantedFrames()),
        expires_at=datetime(2026, 3, 2, 8, 20, 6, 250_000, tzinfo=UTC),
    ),
    messages.RunStartingV1(
        message_id="5e6f7081920344152637e8f90a1b2c3d",
        occurred_at=datetime(2026, 3, 2, 8, 20, 0, 50_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        worker_id=WORKER_ID,
        phase="loading",
    ),
    messages.RunStartedV1(
        message_id="6f708192a31445263748f90a1b2c3d4e",
        occurred_at=STARTED_AT,
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        epoch=2,
        worker_id=WORKER_ID,
        resumed=True,
        position_s=18.4,
        detector_model="yolo11n-640",
    ),
    messages.RunPausedV1(
        message_id="708192a3b4254637485a0a1b2c3d4e5f",
        occurred_at=datetime(2026, 3, 2, 8, 20, 14, 500_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        epoch=2,
        position_s=32.24,
        reason="no_demand",
    ),
    messages.RunFailedV1(
        message_id="8192a3b4c5364748596b1b2c3d4e5f60",
        occurred_at=STARTED_AT,
        video_id=VIDEO_ID,
        run_id=None,
        code="model_missing",
        reason="The detector model /models/traffic.onnx does not exist.",
    ),
    messages.DetectorSlotsV1(
        message_id="0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        occurred_at=datetime(2026, 3, 2, 8, 21, 6, tzinfo=UTC),
        video_id=VIDEO_ID,
        slots=2,
        expires_at=datetime(2026, 3, 2, 8, 21, 12, tzinfo=UTC),
    ),
    messages.MetricsBatchV1(
        message_id="92a3b4c5d64748596a7c2c3d4e5f6071",
        occurred_at=datetime(2026, 3, 2, 8, 20, 14, 250_000, tzinfo=UTC),
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01",
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        epoch=2,
        batch_no=57,
        events=(LEFT, ENTERED),
        checkpoint=CHECKPOINT,
    ),
    messages.MetricsBatchV2(
        message_id="091a2b3c4d5e6f708192a3b4c5d6e7f8",
        occurred_at=datetime(2026, 3, 2, 8, 20, 14, 250_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        epoch=2,
        batch_no=57,
        events=(LEFT, ENTERED),
        checkpoint=CHECKPOINT,
        detections="T1dEMUoAAAB98aEp4ABJADsAAAEAO4ODO/X2hgrbqCDNtpH45ZIxo+2d6q8Y1AO8OPcb90Vt7Gnt16AJDYmDmYLL0T1oljT2a2VeE6oAAA==",
        site_counts=SITE_COUNTS,
    ),
    messages.MetricsCommittedV1(
        message_id="a3b4c5d6e758596a7b8d3d4e5f607182",
        occurred_at=datetime(2026, 3, 2, 8, 20, 14, 260_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        epoch=2,
        batch_no=57,
        totals=TOTALS,
        coverage=COVERAGE,
    ),
    messages.CountsCommittedV1(
        message_id="1a2b3c4d5e6f708192a3b4c5d6e7f809",
        occurred_at=datetime(2026, 3, 2, 8, 20, 14, 260_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        epoch=2,
        batch_no=57,
        counts=SITE_COUNTS,
    ),
    messages.MetricsRejectedV1(
        message_id="b4c5d6e7f8696a7b8c9e4e5f60718293",
        occurred_at=datetime(2026, 3, 2, 8, 20, 14, 270_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        epoch=1,
        batch_no=44,
        reason="stale_epoch",
    ),
    messages.VideoFinishedV1(
        message_id="c5d6e7f8097a7b8c9daf5f60718293a4", occurred_at=FINISHED_AT, video_id=VIDEO_ID, run_id=RUN_ID
    ),
    messages.VideoPersistedV1(
        message_id="d6e7f8091a8b8c9daeb0607182930415",
        occurred_at=FINISHED_AT,
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        totals=Totals(
            total_vehicles_count=9,
            visits_count=10,
            vehicle_type={VehicleType.CAR: 6, VehicleType.TRUCK: 1, VehicleType.BUS: 2},
            vehicle_dwell_time=DwellTime(visits=10, mean_s=5.75, max_s=11.04, total_s=57.5),
        ),
        coverage=Coverage(analysed_s=64.48, duration_s=64.48, fraction=1.0),
    ),
    messages.RecountRequestedV1(
        message_id="e7f8091a2b9c8dae0fc1718293041526",
        occurred_at=FINISHED_AT,
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        revision=7,
    ),
    messages.RecountFinishedV1(
        message_id="f8091a2b3ca09eb100d2829304152637",
        occurred_at=FINISHED_AT,
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        revision=7,
    ),
    messages.RunLostV1(
        message_id="e7f8091a1b2c3d4e5f60718293a4b5c6",
        occurred_at=datetime(2026, 3, 2, 8, 20, 24, 750_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        epoch=2,
        position_s=32.24,
    ),
    messages.AlertChangedV1(
        message_id="f8091a2b2c3d4e5f60718293a4b5c6d7",
        occurred_at=datetime(2026, 3, 2, 8, 20, 44, 750_000, tzinfo=UTC),
        video_id=VIDEO_ID,
        alert_id=ALERT_ID,
        change="cleared",
        run_id=RUN_ID,
        rule_id="7d2f9a4b",
        rule_name="Queue at the light",
        kind="queue",
        zone_id="stop-line",
        gate_id=None,
        place_name="Stop line",
        raised_at_s=42.2,
        at_s=61.8,
        value=9.0,
        clear_reason=ClearReason.OVER,
        link=f"/videos/{VIDEO_ID}?t=41.20",
    ),
    messages.RulesChangedV1(
        message_id="091a2b3c3d4e5f60718293a4b5c6d7e8",
        occurred_at=datetime(2026, 3, 2, 8, 21, 4, 750_000, tzinfo=UTC),
        video_id=VIDEO_ID,
    ),
)

CHANNEL: tuple[Value, ...] = (
    channel.Subscribe(video_id=VIDEO_ID),
    channel.Unsubscribe(video_id=VIDEO_ID),
    channel.Start(video_id=VIDEO_ID),
    channel.Stop(video_id=VIDEO_ID),
    channel.Frames(video_id=VIDEO_ID, largest_side=480, max_fps=15, codecs=("vp8",)),
    channel.Subscribed(video_id=VIDEO_ID),
    channel.Unsubscribed(video_id=VIDEO_ID),
    channel.State(video_id=VIDEO_ID, state="paused", reason="Nobody is watching."),
    channel.Metrics(video_id=VIDEO_ID, run_id=RUN_ID, batch_no=57, totals=TOTALS, coverage=COVERAGE),
    channel.Counts(video_id=VIDEO_ID, run_id=RUN_ID, batch_no=57, counts=SITE_COUNTS),
    channel.Recount(video_id=VIDEO_ID, run_id=RUN_ID, revision=3, state="finished"),
    channel.Alerted(
        video_id=VIDEO_ID,
        alert_id=ALERT_ID,
        change="raised",
        rule_name="Queue at the light",
        place_name="Stop line",
        raised_at_s=42.2,
    ),
    channel.Refused(message="to start a video needs the role operator; ann is viewer", video_id=VIDEO_ID),
    channel.Error(code="video_not_found", message=f"There is no video {VIDEO_ID}.", video_id=VIDEO_ID),
    channel.FrameHeader(
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        frame_number=805,
        timestamp_s=32.2,
        boxes=(
            channel.FrameBox(
                track_id=17,
                vehicle_id=4,
                vehicle_type=VehicleType.BUS,
                confidence=0.91,
                left=0.41,
                top=0.5,
                right=0.63,
                bottom=0.81,
                inside=True,
            ),
            channel.FrameBox(
                track_id=19,
                vehicle_type=VehicleType.CAR,
                confidence=0.64,
                left=0.02,
                top=0.22,
                right=0.09,
                bottom=0.28,
                inside=False,
            ),
        ),
    ),
    channel.VideoFrameHeader(
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        frame_number=805,
        timestamp_s=32.2,
        codec="vp8",
        stream_id="5e0f1c2d3a4b5c6d",
        sequence=17,
        is_key=False,
    ),
)

VIDEO = http.Video(
    id=VIDEO_ID,
    name="Main street, morning.mp4",
    status=http.VideoStatus.STREAMING,
    duration_s=64.48,
    fps=25.0,
    width=1280,
    height=720,
    size_bytes=18_734_211,
    created_at=UPLOADED_AT,
    thumbnail_url=f"/api/videos/{VIDEO_ID}/thumbnail",
    content_url=f"/api/videos/{VIDEO_ID}/content",
    anchor=SETTINGS.anchor,
    engine=EngineChoice.AUTO,
    analysis=http.Analysis(requested_at=UPLOADED_AT),
    roi=ROI,
    file_path=f"{VIDEO_ID}.mp4",
    calibrate_coordinates=CALIBRATION,
)

VEHICLE_INSIDE = http.Vehicle(
    vehicle_id=4,
    visit_no=1,
    zone_id="roi",
    vehicle_type=VehicleType.BUS,
    entered_at_s=30.04,
    left_at_s=None,
    vehicle_dwell_time_s=None,
    exit_reason=None,
    born_inside=False,
)

VEHICLE_GONE = http.Vehicle(
    vehicle_id=3,
    visit_no=1,
    zone_id="roi",
    vehicle_type=VehicleType.CAR,
    entered_at_s=22.48,
    left_at_s=31.6,
    vehicle_dwell_time_s=9.12,
    exit_reason=ExitReason.LEFT,
    born_inside=False,
)

RUN = http.Run(
    run_id=RUN_ID,
    video_id=VIDEO_ID,
    started_at=STARTED_AT,
    finished_at=FINISHED_AT,
    coverage=Coverage(analysed_s=64.48, duration_s=64.48, fraction=1.0),
    analysed_fps=25.0,
    settings=SETTINGS,
    total_vehicles_count=9,
    visits_count=10,
    vehicle_type={VehicleType.CAR: 6, VehicleType.TRUCK: 1, VehicleType.BUS: 2},
    vehicle_dwell_time=DwellTime(visits=10, mean_s=5.75, max_s=11.04, total_s=57.5),
)

QUEUED_ANALYSIS = http.QueuedAnalysis(video_id=VIDEO_ID, position=2)
JOINED_RECORDING = http.JoinedRecording(video_id="5e0a7c3f", name="cam_081000.mp4", at_s=600.04)
JOINED_VIDEO = http.JoinedVideo(
    video_id="7f9b2d10",
    name="cam_080000.mp4 to cam_081000.mp4",
    recordings=(http.JoinedRecording(video_id=VIDEO_ID, name="cam_080000.mp4", at_s=0), JOINED_RECORDING),
)

HTTP: tuple[Value, ...] = (
    http.Problem(
        title="Video not found",
        status=404,
        detail=f"There is no video {VIDEO_ID}.",
        code="video_not_found",
        instance=f"/api/videos/{VIDEO_ID}",
    ),
    CALIBRATION,
    http.Analysis(requested_at=UPLOADED_AT),
    VIDEO,
    http.VideoPage(items=(VIDEO,), next_cursor="MjAyNi0wMy0wMlQwODoxNTozMFo"),
    http.VideoCount(count=1),
    QUEUED_ANALYSIS,
    http.AnalysisQueue(items=(QUEUED_ANALYSIS,)),
    http.StorageUsage(used_bytes=52_428_800, limit_bytes=500_000_000_000),
    http.VideoNeighbours(before=(VIDEO,), after=()),
    http.Upload(
        id=VIDEO_ID,
        name="Main street",
        size_bytes=52_428_800,
        received_bytes=8_388_608,
        state=http.UploadState.RECEIVING,
        expires_at=UPLOADED_AT + timedelta(hours=24),
        problem=None,
    ),
    http.VideoPatch(name="Main street", roi=ROI),
    http.VideoFileInfo(
        container="h264",
        media_type="video/h264",
        codec="h264",
        width=1280,
        height=720,
        fps=12.5,
        duration_s=64.48,
        is_counted=True,
        is_rate_assumed=False,
        recorded_fps=12.5,
        notes=("The file has no usable timestamps: its pictures are counted at 12.5 a second (as set).",),
    ),
    http.VideoFilePatch(recorded_fps=12.5),
    http.DownloadRequest(url="https://nvr.example/clips/main-street.mp4", name="Main street"),
    http.Download(
        id=VIDEO_ID,
        state=http.DownloadState.RECEIVING,
        name="Main street",
        received_bytes=8_388_608,
        size_bytes=52_428_800,
        video_id=None,
        problem=None,
    ),
    http.JoinRequest(video_ids=(VIDEO_ID, "5e0a7c3f"), delete_originals=True),
    JOINED_RECORDING,
    JOINED_VIDEO,
    http.Join(
        id="0d1e7e6c",
        state=http.JoinState.FINISHED,
        progress=1,
        video_ids=(VIDEO_ID, "5e0a7c3f"),
        joined=(JOINED_VIDEO,),
        notes=("Ordered by the times in the files.",),
        problem=None,
    ),
    http.VideoMetrics(
        video_id=VIDEO_ID,
        run_id=RUN_ID,
        source="redis",
        state="running",
        coverage=COVERAGE,
        analysed_fps=25.0,
        detector_model="yolo11n-640",
        suggested_engine=None,
        started_at=STARTED_AT,
        finished_at=None,
        **TOTALS.model_dump(),
    ),
    VEHICLE_GONE,
    http.VehicleList(video_id=VIDEO_ID, run_id=RUN_ID, source="redis", items=(VEHICLE_GONE, VEHICLE_INSIDE)),
    RUN,
    http.RunList(items=(RUN,)),
    http.ClaimRequest(worker_id=WORKER_ID, requested_at=UPLOADED_AT, settings=SETTINGS),
    http.Claim(run_id=RUN_ID, epoch=2, next_batch_no=57, checkpoint=CHECKPOINT, settings=SETTINGS, lease_s=10.0),
)
