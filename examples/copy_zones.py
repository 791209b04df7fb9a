"""Copies the zones, gates and movements of one video to all others of its camera.   usage: copy_zones.py FROM_ID WORDS

The others are those with these words in their names. ONWATCH_URL and ONWATCH_TOKEN name the system and a token with the
role operator.
"""

import os
import sys

from onwatch_client import Onwatch


def main(from_video_id: str, words: str) -> None:
    with Onwatch(os.environ["ONWATCH_URL"], token=os.environ.get("ONWATCH_TOKEN")) as onwatch:
        for video in onwatch.videos(search=words):
            if video.id != from_video_id:
                onwatch.copy_site(video.id, from_video_id=from_video_id)
                print(f"copied to {video.name}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
