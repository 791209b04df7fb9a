"""Tiny models with the interfaces that RT-DETR, D-FINE, DEIM and RF-DETR have when they are exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onwatch_detector.detect.engines import EngineOptions, ModelUnusable, open_engine
from onwatch_detector.detect.engines.openvino_model import read_model
from onwatch_detector.detect.engines.quiet_openvino import openvino as ov

ops = ov.opset15

GREY = np.full((32, 128, 3), 128, np.uint8)
CAR, BUS = 2, 5  # of 80 classes
CAR_BOX, BUS_BOX = [0.25, 0.5, 0.25, 0.5], [0.75, 0.5, 0.125, 0.25]


def images(batch=1, side=64):
    return ops.parameter([batch, 3, side, side], np.float32, name="images")


def saved(folder: Path, inputs, named, *, name="tiny.xml") -> Path:
    outputs = []
    for names, node in named.items():
        result = ops.result(node)
        result.output(0).set_names({names})
        outputs.append(result)
    ov.save_model(ov.Model(outputs, inputs, "tiny"), folder / name, compress_to_fp16=False)
    return folder / name


def logits(classes: int, car: int = CAR, bus: int = BUS) -> np.ndarray:
    """A car, a bus and a query for nothing."""
    values = np.full((1, 3, classes), -6, np.float32)
    values[0, 0, car], values[0, 1, bus] = 2, 1
    return values


def following(image, values):
    """A constant that hangs on the picture, as what a network computes."""
    nothing = ops.multiply(ops.reduce_mean(image, [0, 1, 2, 3], keep_dims=False), np.float32(0))
    return ops.add(ops.constant(np.float32(values)), nothing)


def queries_model(folder: Path, classes=80, *, boxes="pred_boxes", scores="logits", car=CAR, bus=BUS) -> Path:
    image = images()
    return saved(
        folder,
        [image],
        {
            scores: following(image, logits(classes, car, bus)),
            boxes: following(image, [[CAR_BOX, BUS_BOX, [0.5, 0.5, 1, 1]]]),
        },
    )


def ranked_model(folder: Path, classes=80, *, batch=-1, order=("labels", "boxes", "scores"), name="tiny.xml") -> Path:
    """As `RTDETRPostProcessor` ends: sigmoid, the best over all queries and classes, boxes in pixels of the picture."""
    image = images(batch)
    sizes = ops.parameter([batch, 2], np.int64, name="orig_target_sizes")
    flat = ops.reshape(ops.sigmoid(following(image, logits(classes))), [1, 3 * classes], False)
    best = ops.topk(flat, 3, 1, "max", "value", "i64")
    labels = ops.floor_mod(best.output(1), np.int64(classes))
    query = ops.divide(best.output(1), np.int64(classes))
    corners = [[[x - w / 2, y - h / 2, x + w / 2, y + h / 2] for x, y, w, h in (CAR_BOX, BUS_BOX, [0.5, 0.5, 1, 1])]]
    scale = ops.convert(ops.concat([sizes, sizes], 1), "f32")
    boxes = ops.multiply(following(image, corners), ops.unsqueeze(scale, 1))
    chosen = ops.reshape(ops.gather(boxes, query, 1), [1, 3, 4], False)
    outputs = {"labels": labels, "boxes": chosen, "scores": best.output(0)}
    return saved(folder, [image, sizes], {each: outputs[each] for each in order}, name=name)


def detect(path: Path, picture=GREY, **options):
    engine = open_engine(path, name="tiny", options=EngineOptions(**options))
    try:
        return engine.detect(picture)
    finally:
        engine.close()


def shown(found):
    return [
        (str(kind), round(float(confidence), 3), box.round(3).tolist())
        for kind, confidence, box in zip(found.vehicle_types, found.confidences, found.boxes, strict=True)
    ]


IN_THE_PICTURE = [("car", 0.881, [16, 8, 48, 24]), ("bus", 0.731, [88, 12, 104, 20])]
"""Of 128 x 32 pixels, stretched over the input."""


@pytest.mark.parametrize("names", [("pred_boxes", "logits"), ("boxes", "logits"), ("pred_boxes", "pred_logits")])
def test_boxes_and_logits_of_queries_become_boxes_in_the_picture(tmp_path, names):
    path = queries_model(tmp_path, boxes=names[0], scores=names[1])
    assert shown(detect(path)) == IN_THE_PICTURE


def test_rf_detr_has_the_ids_of_coco(tmp_path):
    path = queries_model(tmp_path, 91, boxes="dets", scores="labels", car=3, bus=6)
    assert shown(detect(path)) == IN_THE_PICTURE


@pytest.mark.parametrize("batch", [1, -1])
@pytest.mark.parametrize("order", [("labels", "boxes", "scores"), ("scores", "labels", "boxes")])
def test_a_model_that_scales_its_boxes_gives_them_in_the_picture(tmp_path, batch, order):
    assert shown(detect(ranked_model(tmp_path, batch=batch, order=order))) == IN_THE_PICTURE


def test_the_number_of_classes_of_a_ranking_model_is_known(tmp_path):
    with pytest.raises(
        ModelUnusable, match="it has no class names, and not the 80 or 91 classes of COCO: it scores 12"
    ):
        open_engine(ranked_model(tmp_path, 12), name="tiny")


def test_a_file_beside_the_model_names_its_classes(tmp_path):
    path = ranked_model(tmp_path, 6)
    (tmp_path / "tiny.names").write_text("person\nsign\ntram\npole\nhead\nmilk float\n")
    assert [kind for kind, *_ in shown(detect(path))] == ["tram", "milk float"]
    assert [kind for kind, *_ in shown(detect(path, classes=("milk_float",)))] == ["milk float"]
    with pytest.raises(ModelUnusable, match="no class of it is named car; it knows person, sign, tram"):
        open_engine(path, name="tiny", options=EngineOptions(classes=("car",)))


def test_names_that_do_not_fit_are_refused(tmp_path):
    path = queries_model(tmp_path, 80)
    (tmp_path / "tiny.names").write_text("car\nbus\n")
    with pytest.raises(ModelUnusable, match="it names 2 classes and scores 80"):
        open_engine(path, name="tiny")
    (tmp_path / "tiny.names").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelUnusable, match="its class names cannot be read"):
        open_engine(path, name="tiny")


def reflecting_model(folder: Path, boxes: str, scores: str, channel: int) -> Path:
    """The logit of the car is the value at one place of the input."""
    image = images()
    seen = ops.strided_slice(image, [0, channel, 5, 5], [1, channel + 1, 6, 6], [1, 1, 1, 1], [0] * 4, [0] * 4)
    place = np.zeros((1, 1, 80), np.float32)
    place[0, 0, CAR] = 1
    scored = ops.add(ops.multiply(ops.reshape(seen, [1, 1, 1], False), place), (place - 1) * 50)
    return saved(folder, [image], {boxes: following(image, [[CAR_BOX]]), scores: scored})


@pytest.mark.parametrize(("channel", "value"), [(0, 153), (1, 102), (2, 51)])
@pytest.mark.parametrize(
    ("boxes", "scores", "mean", "deviation"),
    [
        ("pred_boxes", "logits", (0, 0, 0), (1, 1, 1)),
        ("dets", "labels", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ],
)
def test_pictures_are_red_green_blue_and_normalised_for_rf_detr(
    tmp_path, channel, value, boxes, scores, mean, deviation
):
    path = reflecting_model(tmp_path, boxes, scores, channel)
    picture = np.full((32, 128, 3), (51, 102, 153), np.uint8)
    expected = (value / 255 - mean[channel]) / deviation[channel]
    found = detect(path, picture, confidence=0.01)
    assert found.confidences.tolist() == pytest.approx([1 / (1 + np.exp(-expected))], abs=1e-5)
    _, form = read_model(path, ov.Core(), EngineOptions())
    assert form.tensor(picture)[0, channel, 5, 5] == pytest.approx(expected, abs=1e-5)


def test_what_is_not_understood_is_named_with_what_is(tmp_path):
    image = images()
    path = saved(
        tmp_path, [image], {"heat": following(image, np.zeros((1, 80, 16, 16))), "wh": following(image, [[1]])}
    )
    with pytest.raises(ModelUnusable) as refused:
        open_engine(path, name="tiny")
    assert "it has the inputs images [1,3,64,64] and the outputs heat [1,80,16,16], wh [1,1]" in str(refused.value)
    assert "expected 1 x (4 + classes) x N" in str(refused.value)
    assert "dets and labels (RF-DETR)" in str(refused.value)


def test_a_second_input_that_is_no_size_is_named(tmp_path):
    image, shape = images(), ops.parameter([1, 4], np.float32, name="im_shape")
    path = saved(
        tmp_path,
        [image, shape],
        {"boxes": following(image, np.zeros((1, 300, 6))), "out": ops.add(shape, np.float32(1))},
    )
    with pytest.raises(
        ModelUnusable, match=r"inputs images \[1,3,64,64\], im_shape \[1,4\] .* at most its size, 1 x 2"
    ):
        open_engine(path, name="tiny")


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": (1, 4), "boxes": (1, 3, 4), "scores": (1, 3)},
        {"labels": (1, 3), "boxes": (1, 3, 5), "scores": (1, 3)},
    ],
)
def test_outputs_that_do_not_fit_each_other_are_refused(tmp_path, wrong):
    image = images()
    path = saved(tmp_path, [image], {name: following(image, np.zeros(shape)) for name, shape in wrong.items()})
    with pytest.raises(ModelUnusable, match=r"it has the inputs images .* and the outputs labels"):
        open_engine(path, name="tiny")
