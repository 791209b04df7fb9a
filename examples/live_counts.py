"""Has a video processed, and prints its numbers as they change.   usage: live_counts.py VIDEO_ID

ONWATCH_URL and ONWATCH_TOKEN name the system and a token with the role operator.
"""

import asyncio
import os
import sys

from onwatch_client import AsyncOnwatch
from onwatch_contracts.channel import Error, Metrics, Refused, State


async def main(video_id: str) -> None:
    is_running = False  # the first state may be that of an earlier run
    async with AsyncOnwatch(os.environ["ONWATCH_URL"], token=os.environ.get("ONWATCH_TOKEN")) as onwatch:
        async for message in onwatch.watch(video_id):
            match message:
                case Metrics(totals=totals):
                    print(f"{totals.current_vehicles_count} inside, {totals.total_vehicles_count} have entered")
                case Error(message=text) | Refused(message=text):
                    sys.exit(text)
                case State(state="starting" | "streaming"):
                    is_running = True
                case State(state="finished" | "failed") if is_running:
                    return


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
