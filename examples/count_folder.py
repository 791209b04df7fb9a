"""Uploads every video of a folder, counts them, and prints a table.   usage: count_folder.py FOLDER

ONWATCH_URL and ONWATCH_TOKEN name the system and a token with the role operator.
"""

import os
import sys
from pathlib import Path

from onwatch_client import NotCounted, Onwatch, RequestRefused

ENDINGS = (".mp4", ".mkv", ".avi", ".mov")


def main(folder: Path) -> None:
    with Onwatch(os.environ["ONWATCH_URL"], token=os.environ.get("ONWATCH_TOKEN")) as onwatch:
        waiting: dict[str, str] = {}
        for file in sorted(each for each in folder.iterdir() if each.suffix.lower() in ENDINGS):
            try:
                video = onwatch.upload(file)
            except RequestRefused as refusal:
                print(f"{file.name}\tnot uploaded: {refusal}")
                continue
            onwatch.start_analysis(video.id)
            waiting[video.id] = file.name
        for video_id, name in waiting.items():
            try:
                onwatch.wait_until_counted(video_id)
            except NotCounted as problem:
                print(f"{name}\tnot counted: {problem}")
                continue
            metrics = onwatch.metrics(video_id)
            print(f"{name}\t{metrics.total_vehicles_count} vehicles\t{dict(metrics.vehicle_type)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
