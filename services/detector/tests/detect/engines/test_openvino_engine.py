"""Tiny models made here, whose outputs are known to the digit."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines import EngineClosed, EngineOptions, ModelUnusable, QueuedEngine, open_engine
from onwatch_detector.detect.engines.openvino_engine import ModelFile
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov
from onwatch_detector.detect.engines.tensors.letterbox import Size

ops = ov.opset15

NAMES = "{0: 'car', 1: 'truck', 2: 'person'}"
GREY = np.full((32, 64, 3), 128, np.uint8)  # 64 x 32, into 64 x 64: 16 pixels of padding above and below


def save(folder: Path, image, output, *, name="tiny.xml", **metadata: str) -> Path:
    model = ov.Model([output], [image], "tiny")
    for key, text in metadata.items():
        model.set_rt_info(text, ["framework", key])
    ov.save_model(model, folder / name, compress_to_fp16=False)
    return folder / name


def images(height=64, width=64, dtype=np.float32):
    return ops.parameter([1, 3, height, width], dtype, name="images")


def constant_model(folder: Path, values, *, image=None, **metadata: str) -> Path:
    """A model with the same output for every picture."""
    image = image or images()
    nothing = ops.multiply(ops.reduce_mean(image, [0, 1, 2, 3], keep_dims=False), np.float32(0))
    return save(folder, image, ops.add(ops.constant(np.float32(values)), nothing), **metadata)


def reflecting_model(folder: Path, channel: int, x: int, y: int) -> Path:
    """An end-to-end model whose score is the value at one place of its input."""
    image = images()
    seen = ops.strided_slice(image, [0, channel, y, x], [1, channel + 1, y + 1, x + 1], [1, 1, 1, 1], [0] * 4, [0] * 4)
    before, after = (ops.constant(np.float32([[part]])) for part in ([0, 16, 64, 48], [0]))
    return save(folder, image, ops.concat([before, ops.reshape(seen, [1, 1, 1], False), after], 2), names=NAMES)


def detect(path: Path, picture=GREY, **options):
    engine = open_engine(path, name="tiny", options=EngineOptions(**options))
    try:
        return engine.detect(picture)
    finally:
        engine.close()


def shown(found):
    return [
        (kind.value, round(float(confidence), 4), box.round(3).tolist())
        for kind, confidence, box in zip(found.vehicle_types, found.confidences, found.boxes, strict=True)
    ]


def test_a_raw_output_becomes_boxes_in_the_picture(tmp_path):
    columns = np.zeros((1, 7, 10), np.float32)
    columns[0, :, 3] = [32, 32, 20, 16, 0.125, 0.75, 0]
    columns[0, :, 4] = [32, 32, 20, 14, 0.5, 0.25, 0]  # the same vehicle as a car
    columns[0, :, 8] = [60, 46, 16, 8, 0.5, 0, 0]  # over the border, and into the padding
    found = detect(constant_model(tmp_path, columns, names=NAMES))
    assert shown(found) == [("truck", 0.75, [22, 8, 42, 24]), ("car", 0.5, [52, 26, 64, 32])]


def test_an_end_to_end_output_becomes_boxes_in_the_picture(tmp_path):
    rows = [[0, 16, 32, 48, 0.75, 0], [0, 16, 32, 48, 0.9, 2], [0, 0, 64, 15, 0.9, 0]]
    found = detect(constant_model(tmp_path, [rows], names=NAMES))
    assert shown(found) == [("car", 0.75, [0, 0, 32, 32])]


def test_a_yolox_output_becomes_boxes_in_the_picture(tmp_path):
    cells = np.zeros((1, 64 + 16 + 4, 8), np.float32)
    cells[0, 64 + 5] = [0.5, 0.5, 0, 0, 0.5, 0.25, 1, 0]  # second row and column of stride 16
    found = detect(constant_model(tmp_path, cells, names=NAMES), picture=np.zeros((128, 64, 3), np.uint8))
    assert shown(found) == [("truck", 0.5, [32, 32, 64, 64])]  # scaled by two


def test_without_names_eighty_classes_are_those_of_coco(tmp_path):
    columns = np.zeros((1, 84, 90), np.float32)
    columns[0, [0, 1, 2, 3, 4 + 5], 0] = [32, 32, 20, 16, 0.5]
    assert detect(constant_model(tmp_path, columns)).vehicle_types == (VehicleType.BUS,)


def test_detections_below_the_confidence_are_dropped(tmp_path):
    path = constant_model(tmp_path, [[[0, 16, 32, 48, 0.5, 0]]], names=NAMES)
    assert len(detect(path, confidence=0.5)) == 1
    assert len(detect(path, confidence=0.51)) == 0


@pytest.mark.parametrize(("channel", "value"), [(0, 153), (1, 102), (2, 51)])
def test_pictures_are_converted_to_red_green_blue_from_0_to_1(tmp_path, channel, value):
    picture = np.full((32, 64, 3), (51, 102, 153), np.uint8)
    found = detect(reflecting_model(tmp_path, channel, 40, 32), picture, confidence=0.1)
    assert found.confidences.tolist() == pytest.approx([value / 255])


@pytest.mark.parametrize("place", [(0, 0), (63, 63)])
def test_the_padding_around_a_picture_is_grey(tmp_path, place):
    found = detect(reflecting_model(tmp_path, 0, *place), confidence=0.1)
    assert found.confidences.tolist() == pytest.approx([114 / 255])


def test_yolox_gets_blue_green_red_from_0_to_255(tmp_path):
    picture = np.full((64, 64, 3), (51, 102, 153), np.uint8)
    image = images()
    blue = ops.divide(ops.reduce_mean(ops.gather(image, [0], 1), [0, 1, 2, 3], keep_dims=False), np.float32(255))
    cells = np.zeros((1, 84, 6), np.float32)
    cells[0, 0] = [0, 0, 0, 0, 1, 1]
    path = save(tmp_path, image, ops.multiply(ops.constant(cells), blue), names="{0: 'car'}")
    assert detect(path, picture, confidence=0.01).confidences.tolist() == pytest.approx([(51 / 255) ** 2], rel=1e-4)


def test_the_padding_of_an_earlier_picture_is_cleared_when_the_shape_changes(tmp_path):
    engine = open_engine(reflecting_model(tmp_path, 0, 0, 0), name="tiny", options=EngineOptions(confidence=0.1))
    white = np.full((64, 64, 3), 255, np.uint8)
    seen = [engine.detect(picture).confidences[0] for picture in (white, GREY, white)]
    engine.close()
    assert seen == pytest.approx([1, 114 / 255, 1])


def any_size():
    return ops.parameter([-1, 3, -1, -1], np.float32, name="images")


def sizing_model(folder: Path, *, grid: int | None = None) -> Path:
    """An end-to-end model for any size, whose one box is its whole input; `grid`: it can be of this height only."""
    image = any_size()
    shape = ops.convert(ops.shape_of(image), "f32")
    height, width = (ops.reshape(ops.gather(shape, [axis], 0), [1, 1, 1], False) for axis in (2, 3))
    zero, score = (ops.constant(np.float32([[[value]]])) for value in (0, 0.5))
    if grid is not None:
        column = ops.strided_slice(image, [0, 0, 0, 0], [1, 1, 0, 1], [1, 1, 1, 1], [0] * 4, [0, 0, 1, 0])
        fixed = ops.add(column, ops.constant(np.zeros((1, 1, grid, 1), np.float32)), "none")
        zero = ops.multiply(ops.reshape(ops.reduce_mean(fixed, [0, 1, 2, 3], keep_dims=True), [1, 1, 1], False), zero)
    return save(folder, image, ops.concat([zero, zero, width, height, score, zero], 2), names=NAMES, imgsz="[64, 64]")


@pytest.mark.parametrize(
    ("picture", "given"),
    [
        ((64, 32), (64, 32)),
        ((32, 64), (32, 64)),
        ((128, 64), (64, 32)),
        ((1920, 1080), (64, 64)),
        ((100, 100), (64, 64)),
        ((640, 10), (64, 32)),
        ((50, 24), (64, 32)),
    ],
)
def test_a_model_with_dynamic_size_gets_pictures_without_needless_padding(tmp_path, picture, given):
    """The longer side is that of training; the other one is as long as it has to be, in whole steps of 32 pixels."""
    form = ModelFile.read(sizing_model(tmp_path), EngineOptions()).form
    assert form.fitted(Size(*picture)).size == Size(*given)
    [box] = detect(sizing_model(tmp_path), np.full((picture[1], picture[0], 3), 128, np.uint8)).boxes.tolist()
    assert box == pytest.approx([0, 0, *picture])


def test_a_model_with_dynamic_size_gives_the_same_boxes_whatever_came_before(tmp_path):
    engine = open_engine(sizing_model(tmp_path), name="tiny")
    pictures = [np.full((height, 64, 3), 128, np.uint8) for height in (16, 48, 64, 100, 130, 200, 300)]
    first = [shown(engine.detect(picture)) for picture in pictures]
    assert [shown(engine.detect(picture)) for picture in reversed(pictures)] == first[::-1]
    engine.close()


def test_a_model_with_dynamic_size_that_works_with_one_only_gets_that(tmp_path, caplog):
    engine = open_engine(sizing_model(tmp_path, grid=64), name="tiny")
    assert shown(engine.detect(GREY)) == [("car", 0.5, [0, 0, 64, 32])]
    engine.close()
    assert "works with Size(width=64, height=64) only" in caplog.text


def test_half_precision_models_are_read(tmp_path):
    image = images(dtype=np.float16)
    rows = ops.constant(np.float16([[[0, 16, 32, 48, 0.75, 0]]]))
    nothing = ops.multiply(ops.reduce_mean(image, [0, 1, 2, 3], keep_dims=False), np.float16(0))
    path = save(tmp_path, image, ops.add(rows, nothing), names=NAMES)
    assert shown(detect(path)) == [("car", 0.75, [0, 0, 32, 32])]


def test_many_threads_get_the_same_boxes_as_one(tmp_path):
    engine = open_engine(reflecting_model(tmp_path, 0, 40, 32), name="tiny", options=EngineOptions(confidence=0.01))
    pictures = [np.full((32, 64, 3), shade, np.uint8) for shade in range(60, 250)]
    alone = [engine.detect(picture).confidences.tolist() for picture in pictures]
    with ThreadPoolExecutor(8) as threads:
        together = [found.confidences.tolist() for found in threads.map(engine.detect, pictures)]
    engine.close()
    assert together == alone
    assert len({tuple(each) for each in alone}) == len(pictures)


def test_submitted_pictures_get_the_same_boxes_in_the_order_of_submission(tmp_path):
    engine = open_engine(reflecting_model(tmp_path, 0, 40, 32), name="tiny", options=EngineOptions(confidence=0.01))
    assert isinstance(engine, QueuedEngine)
    pictures = [np.full((32, 64, 3), shade, np.uint8) for shade in range(60, 250)]
    alone = [engine.detect(picture).confidences.tolist() for picture in pictures]
    coming = [engine.submit(picture) for picture in pictures]
    assert [each.result(timeout=30).confidences.tolist() for each in coming] == alone
    engine.close()


@pytest.mark.parametrize("threads", [1, 2])
def test_there_is_a_place_for_each_picture_in_progress_and_one_more(tmp_path, threads):
    path = constant_model(tmp_path, [[[0, 16, 32, 48, 0.5, 0]]], names=NAMES)
    engine = open_engine(path, name="tiny", options=EngineOptions(threads=threads))
    assert 2 <= engine.places <= threads + 1
    engine.close()


def test_a_closed_engine_takes_no_more_pictures(tmp_path):
    engine = open_engine(constant_model(tmp_path, [[[0, 16, 32, 48, 0.5, 0]]], names=NAMES), name="tiny")
    engine.submit(GREY).result(timeout=30)
    engine.close()
    with pytest.raises(EngineClosed, match="model tiny is closed"):
        engine.submit(GREY)
    for thread in [each for each in threading.enumerate() if each.name.startswith("detect")]:
        thread.join(timeout=30)
        assert not thread.is_alive()


def test_a_closed_engine_refuses_pictures_and_closes_twice(tmp_path):
    engine = open_engine(constant_model(tmp_path, [[[0, 16, 32, 48, 0.5, 0]]], names=NAMES), name="tiny")
    engine.close()
    engine.close()
    with pytest.raises(EngineClosed, match="model tiny is closed"):
        engine.detect(GREY)


def test_the_compiled_model_is_cached_in_the_configured_folder(tmp_path):
    path = constant_model(tmp_path, [[[0, 16, 32, 48, 0.5, 0]]], names=NAMES)
    first = shown(detect(path, cache_dir=tmp_path / "cache"))
    assert any((tmp_path / "cache").iterdir())
    assert shown(detect(path, cache_dir=tmp_path / "cache")) == first


@pytest.mark.parametrize("name", ["broken.onnx", "broken.xml"])
@pytest.mark.parametrize("content", [b"", b"not a model\n" * 100])
def test_a_file_that_is_not_a_model_is_unusable(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelUnusable, match=rf"{name} cannot be used: OpenVINO cannot read it: \w"):
        open_engine(tmp_path / name, name="broken")


def test_a_classifier_is_unusable(tmp_path):
    with pytest.raises(ModelUnusable, match=r"its output \[1,1000\] is not that of a supported detector"):
        open_engine(constant_model(tmp_path, np.zeros((1, 1000)), names=NAMES), name="tiny")


def test_a_model_for_another_task_is_unusable(tmp_path):
    with pytest.raises(ModelUnusable, match="its task is segment, not detect"):
        open_engine(constant_model(tmp_path, np.zeros((1, 7, 10)), names=NAMES, task="segment"), name="tiny")


def test_a_model_without_class_names_is_unusable(tmp_path):
    with pytest.raises(ModelUnusable, match="it has no class names"):
        open_engine(constant_model(tmp_path, np.zeros((1, 7, 10))), name="tiny")


def test_a_model_without_vehicles_is_unusable(tmp_path):
    names = "{0: 'cat', 1: 'dog', 2: 'cow'}"
    with pytest.raises(ModelUnusable, match="none of its classes is a vehicle; it knows cat, dog, cow"):
        open_engine(constant_model(tmp_path, np.zeros((1, 7, 10)), names=names), name="tiny")


def test_a_model_whose_class_names_do_not_fit_its_output_is_unusable(tmp_path):
    with pytest.raises(ModelUnusable, match="it names 3 classes and scores 4"):
        open_engine(constant_model(tmp_path, np.zeros((1, 8, 10)), names=NAMES), name="tiny")


def test_a_model_of_sound_is_unusable(tmp_path):
    sound = ops.parameter([1, 16000], np.float32, name="sound")
    path = save(tmp_path, sound, ops.reshape(sound, [1, 16, 1000], False), names=NAMES)
    with pytest.raises(ModelUnusable, match=r"its input is .*; expected 1 x 3 x height x width"):
        open_engine(path, name="tiny")


def test_a_missing_device_is_named(tmp_path):
    path = constant_model(tmp_path, [[[0, 16, 32, 48, 0.5, 0]]], names=NAMES)
    with pytest.raises(ModelUnusable, match="OpenVINO cannot run it on ABACUS"):
        open_engine(path, name="tiny", options=EngineOptions(device="ABACUS"))
