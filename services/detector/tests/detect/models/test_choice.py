import hashlib
import logging

import httpx
import numpy as np
import pytest

from onwatch_detector.detect.engines import ModelUnusable
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov
from onwatch_detector.detect.models.choice import DEMO_MODEL, Origin, choose_model, engine_options, open_chosen_engine
from onwatch_detector.detect.models.download import ModelDownload, ModelSource
from onwatch_detector.settings import DetectorSettings

WEIGHTS = b"weights"
SOURCE = ModelSource(
    "default.onnx", "http://models.test/default.onnx", hashlib.sha256(WEIGHTS).hexdigest(), len(WEIGHTS), "Apache-2.0"
)


def refusing(request):
    raise httpx.ConnectError("no route")


def download(answer=refusing):
    return ModelDownload(SOURCE, transport=httpx.MockTransport(answer))


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
def demo(tmp_path):
    path = tmp_path / "package" / "demo.onnx"
    path.parent.mkdir()
    path.write_bytes(b"demo")
    return path


def test_the_configured_model_has_precedence_over_all_others(tmp_path, models, demo):
    (models / "other.onnx").write_bytes(b"other")
    mine = tmp_path / "mine.pt"
    mine.write_bytes(b"mine")
    choice = choose_model(mine, models, download=download(), demo=demo)
    assert (choice.path, choice.name, choice.origin) == (mine, "mine", Origin.CONFIGURED)


def test_a_missing_configured_model_is_never_replaced(tmp_path, models, demo):
    (models / "other.onnx").write_bytes(b"other")
    with pytest.raises(ModelUnusable, match="it is configured, but there is no such file"):
        choose_model(tmp_path / "mine.onnx", models, download=download(), demo=demo)


def test_of_the_models_in_the_data_folder_the_first_by_name_is_taken(models, demo):
    for name in ("b.onnx", "a.xml", "a.bin", "notes.txt", "0.onnx.7.part"):
        (models / name).write_bytes(b"x")
    (models / "0.onnx").mkdir()
    choice = choose_model(None, models, download=download(), demo=demo)
    assert (choice.path.name, choice.name, choice.origin) == ("a.xml", "a", Origin.DATA_FOLDER)


def test_a_model_placed_beside_a_downloaded_one_has_precedence(models, demo):
    for name in ("default.onnx", "zebra.onnx"):
        (models / name).write_bytes(b"x")
    assert choose_model(None, models, download=download(), demo=demo).name == "zebra"


def test_without_a_model_the_default_is_downloaded_once(models, demo):
    reported = []
    answering = download(lambda _: httpx.Response(200, content=WEIGHTS))
    first = choose_model(None, models, download=answering, progress=lambda *done: reported.append(done), demo=demo)
    assert (first.path, first.name, first.origin) == (models / "default.onnx", "default", Origin.DOWNLOADED)
    assert reported == [(7, 7)]
    again = choose_model(None, models, download=download(), demo=demo)
    assert (again.path, again.origin) == (first.path, Origin.DOWNLOADED)


def test_without_a_network_the_demo_model_is_used_and_the_log_says_why(models, demo, caplog):
    with caplog.at_level(logging.WARNING):
        choice = choose_model(None, models, download=download(), demo=demo)
    assert (choice.path, choice.name, choice.origin) == (demo, "demo", Origin.DEMO)
    assert "using the demo model" in caplog.text
    assert "http://models.test/default.onnx: no route" in caplog.text
    assert list(models.iterdir()) == []


def test_with_downloading_switched_off_the_demo_model_is_used(tmp_path, demo):
    choice = choose_model(None, tmp_path / "none", download=None, demo=demo)
    assert choice.origin is Origin.DEMO
    assert "downloading is switched off" in choice.reason


def test_without_any_model_the_error_says_what_was_tried(models, tmp_path):
    with pytest.raises(ModelUnusable, match=r"could not be downloaded.*and the demo model is missing"):
        choose_model(None, models, download=download(), demo=tmp_path / "gone.onnx")


def test_the_chosen_model_is_opened_under_its_name(tmp_path):
    image = ov.opset15.parameter([1, 3, 64, 64], np.float32)
    output = ov.opset15.add(
        np.zeros((1, 5, 6), np.float32), ov.opset15.reduce_mean(image, [0, 1, 2, 3], keep_dims=False)
    )
    model = ov.Model([output], [image], "tiny")
    model.set_rt_info("{0: 'car'}", ["framework", "names"])
    ov.save_model(model, tmp_path / "models" / "street.xml")
    engine = open_chosen_engine(DetectorSettings(data_dir=tmp_path), download=download())
    assert engine.name == "street"
    engine.close()


def test_the_demo_model_is_shipped_small_and_finds_no_vehicle_on_a_grey_picture(tmp_path):
    assert DEMO_MODEL.stat().st_size <= 8_000_000
    engine = open_chosen_engine(DetectorSettings(data_dir=tmp_path, download=False))
    assert engine.name == "demo"
    assert len(engine.detect(np.full((352, 640, 3), 114, np.uint8))) == 0
    engine.close()


def test_the_settings_reach_the_engine(tmp_path):
    options = engine_options(DetectorSettings(data_dir=tmp_path, confidence=0.4, threads=3, classes="car, tram"))
    assert (options.confidence, options.classes, options.threads) == (0.4, ("car", "tram"), 3)
    assert options.cache_dir == tmp_path / "cache"
    assert engine_options(DetectorSettings(threads=0)).threads is None
