"""Writes the vehicles of every counted video as CSV, one file each; run it every night.   usage: nightly_csv.py FOLDER

A file that is there already is kept. ONWATCH_URL and ONWATCH_TOKEN name the system and a token with the role viewer.
"""

import os
import sys
from pathlib import Path

from onwatch_client import Onwatch
from onwatch_contracts.http import VideoStatus


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with Onwatch(os.environ["ONWATCH_URL"], token=os.environ.get("ONWATCH_TOKEN")) as onwatch:
        for video in onwatch.videos():
            file = folder / f"{video.id}.csv"
            if video.status is VideoStatus.FINISHED and not file.exists():
                part = file.with_suffix(".part")  # an interrupted night leaves no half file
                part.write_bytes(onwatch.vehicles_csv(video.id))
                part.rename(file)
                print(f"{video.name}: {file}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
