"""Client of Onwatch: uploads, counts and reads videos, and watches them live.

    with Onwatch("http://localhost:8000", token="onwatch_...") as onwatch:
        video = onwatch.upload(Path("street.mp4"))
        onwatch.start_analysis(video.id)
        onwatch.wait_until_counted(video.id)
        print(onwatch.metrics(video.id).total_vehicles_count)

`AsyncOnwatch` has the same methods as coroutines, and `watch` for live numbers and pictures. Answers are the models of
`onwatch_contracts`; fields that a newer server adds are ignored.
"""

from onwatch_client.async_client import AsyncOnwatch
from onwatch_client.client import Onwatch
from onwatch_client.errors import NotCounted, RequestRefused, Unreachable
from onwatch_client.live import Picture

__all__ = ["AsyncOnwatch", "NotCounted", "Onwatch", "Picture", "RequestRefused", "Unreachable"]
