"""Zones over HTTP."""

from __future__ import annotations

from typing import Any

from onwatch_contracts.messages import VideoUpdatedV1

SQUARE = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4]]
TRIANGLE = [[0.5, 0.5], [0.9, 0.5], [0.9, 0.9]]
BOW_TIE = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
WHOLE = [[0, 0], [1, 0], [1, 1], [0, 1]]


async def test_the_region_of_interest_is_the_first_zone(site: Any) -> None:
    answer = await site.get("zones")

    (roi,) = answer.json()["items"]
    assert (roi["zone_id"], roi["name"], roi["polygon"]) == ("roi", "Region of interest", WHOLE)
    assert (roi["position"], roi["note"], answer.headers["etag"]) == (1, None, '"1"')


async def test_an_added_zone_is_announced_with_the_whole_site(site: Any) -> None:
    answer = await site.post("zones", {"name": " Queue at Süd ", "polygon": SQUARE, "vehicle_types": ["car", "car"]})

    zone = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"2"')
    assert answer.headers["location"] == site.address("zones/queue-at-sud")
    assert (zone["name"], zone["zone_id"], zone["position"]) == ("Queue at Süd", "queue-at-sud", 2)
    assert (zone["vehicle_types"], zone["anchor"]) == (["car"], "bottom_center")
    assert zone["color"] not in (None, "#2f6fed"), "the color of the region of interest is in use"
    assert zone["note"] == "The video is counted with this from its next run on."
    message = await site.published()
    assert (message.revision, [each.zone_id for each in message.site.zones]) == (2, ["roi", "queue-at-sud"])
    assert (await site.get("zones/queue-at-sud")).json() == zone | {"note": None}


async def test_zones_keep_the_order_that_was_set(site: Any) -> None:
    for name in ("a", "b", "c"):
        await site.post("zones", {"name": name, "polygon": SQUARE})
    await site.post("zones", {"name": "d", "polygon": SQUARE, "position": 1})

    async def order() -> list[str]:
        return [zone["zone_id"] for zone in (await site.get("zones")).json()["items"]]

    assert await order() == ["roi", "d", "a", "b", "c"]
    assert (await site.patch("zones/c", {"position": 2})).json()["position"] == 2
    assert await order() == ["roi", "c", "d", "a", "b"]
    await site.patch("zones/c", {"position": 64})
    assert await order() == ["roi", "d", "a", "b", "c"]


async def test_only_the_fields_that_are_present_change(site: Any) -> None:
    await site.post("zones", {"zone_id": "z", "name": "Z", "polygon": SQUARE, "vehicle_types": ["bus"]})

    changed = (await site.patch("zones/z", {"polygon": TRIANGLE, "anchor": "center"})).json()
    assert (changed["name"], changed["polygon"], changed["vehicle_types"]) == ("Z", TRIANGLE, ["bus"])
    assert (await site.patch("zones/z", {"vehicle_types": None})).json()["vehicle_types"] is None
    assert (await site.patch("zones/z", {"name": None})).json()["code"] == "invalid_patch"


async def test_a_change_that_changes_nothing_has_no_new_revision(site: Any) -> None:
    await site.post("zones", {"zone_id": "z", "name": "Z", "polygon": SQUARE})

    answer = await site.patch("zones/z", {"name": "Z", "polygon": SQUARE})

    assert answer.headers["etag"] == '"2"'


async def test_the_region_of_interest_and_its_zone_are_one(site: Any) -> None:
    answer = await site.patch("zones/roi", {"polygon": TRIANGLE, "anchor": "center", "name": "Junction"})

    assert (answer.status_code, answer.json()["polygon"]) == (200, TRIANGLE)
    video = (await site.http.get(f"/api/videos/{site.video_id}")).json()
    assert (video["roi"], video["anchor"]) == (TRIANGLE, "center")
    assert isinstance(await site.messages.get(), VideoUpdatedV1)
    assert (await site.published()).site.zones[0].name == "Junction"

    await site.http.patch(f"/api/videos/{site.video_id}", json={"roi": SQUARE})
    assert (await site.get("zones/roi")).json()["polygon"] == SQUARE
    assert (await site.published()).revision == 3

    assert (await site.delete("zones/roi")).status_code == 204
    assert (await site.http.get(f"/api/videos/{site.video_id}")).json()["roi"] is None
    assert (await site.get("zones/roi")).json()["polygon"] == WHOLE
    assert (await site.get("zones/roi")).json()["name"] == "Junction"


async def test_the_region_of_interest_counts_every_type_and_is_first(site: Any) -> None:
    for body in ({"vehicle_types": ["car"]}, {"position": 2}):
        answer = await site.patch("zones/roi", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "region_of_interest_fixed")
    assert (await site.patch("zones/roi", {"position": 1, "vehicle_types": None})).status_code == 200


async def test_a_polygon_that_crosses_itself_is_refused(site: Any) -> None:
    answer = await site.post("zones", {"name": "Bow tie", "polygon": BOW_TIE})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_zone")
    assert "'Bow tie' is not simple: the edge from point 1 to point 2 crosses" in answer.json()["detail"]
    assert (await site.patch("zones/roi", {"polygon": BOW_TIE})).json()["code"] == "invalid_roi"
    assert (await site.get("zones")).headers["etag"] == '"1"'


async def test_names_and_ids_are_taken_once(site: Any) -> None:
    await site.post("zones", {"name": "Queue", "polygon": SQUARE})

    taken = await site.post("zones", {"name": "QUEUE", "polygon": SQUARE})
    same_id = await site.post("zones", {"name": "Other", "zone_id": "queue", "polygon": SQUARE})
    other = await site.post("zones", {"name": "Queue!", "polygon": SQUARE})

    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    assert (same_id.status_code, same_id.json()["code"]) == (409, "id_taken")
    assert (other.status_code, other.json()["zone_id"]) == (201, "queue-2")
    assert (await site.patch("zones/queue-2", {"name": "queue"})).json()["code"] == "name_taken"
    assert (await site.post("zones", {"name": " \u200e ", "polygon": SQUARE})).json()["code"] == "invalid_item_name"


async def test_a_video_has_at_most_64_zones(site: Any) -> None:
    for number in range(63):
        answer = await site.post("zones", {"name": f"z{number}", "polygon": SQUARE})
        assert answer.status_code == 201

    answer = await site.post("zones", {"name": "one more", "polygon": SQUARE})

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_items")


async def test_an_unknown_zone_or_video_is_not_found(site: Any) -> None:
    for answer in (
        await site.get("zones/x"),
        await site.patch("zones/x", {"name": "x"}),
        await site.delete("zones/x"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "zone_not_found")
        assert answer.json()["detail"] == "The video has no zone x; it has roi."
    for answer in (
        await site.http.get("/api/videos/nobody/zones"),
        await site.http.post("/api/videos/nobody/zones", json={"name": "a", "polygon": SQUARE}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "video_not_found")


async def test_a_deleted_zone_is_gone(site: Any) -> None:
    await site.post("zones", {"name": "Queue", "polygon": SQUARE})

    answer = await site.delete("zones/queue")

    assert (answer.status_code, answer.headers["etag"]) == (204, '"3"')
    assert [zone["zone_id"] for zone in (await site.get("zones")).json()["items"]] == ["roi"]


async def test_a_change_after_another_one_is_refused_by_its_revision(site: Any) -> None:
    read = (await site.get("zones")).headers["etag"]
    first = await site.post("zones", {"name": "A", "polygon": SQUARE}, headers={"if-match": read})
    second = await site.post("zones", {"name": "B", "polygon": SQUARE}, headers={"if-match": read})

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"], second.headers["etag"]) == (412, "revision_mismatch", '"2"')
    for tag in ('"2"', 'W/"2"', "*", '"1", "2"'):
        answer = await site.patch("zones/a", {"name": "A"}, headers={"if-match": tag})
        assert answer.status_code == 200
