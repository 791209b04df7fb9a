"""The table of inputs."""

from __future__ import annotations

from typing import Any

from inputs.recipe import STREET, Recipe

HALVES = """
ff -i $S $h264 -force_key_frames 6.2 -t 6.2 a.ts
ff -ss 6.2 -i $S $h264 b.ts
"""
"""The street clip, cut in two recordings."""

TURNED = """
ff -i $S -vf {filter} $h264 stored.mp4
ff -display_rotation {counterclockwise} -i stored.mp4 -c copy {file} 2>/dev/null ||
    ff -i stored.mp4 -c copy -metadata:s:v rotate={counterclockwise} {file}
"""
"""Stored turned, and marked so that players turn it back. FFmpeg 5 marks it by the second command only."""


def turned(counterclockwise: int, turn: str) -> Recipe:
    file = f"turned-{counterclockwise}.mp4"
    return Recipe(
        file,
        f"rotation mark of a phone, {counterclockwise} degrees counterclockwise",
        TURNED.format(filter=turn, counterclockwise=counterclockwise, file=file),
        shows=STREET,
        notes=(f"marked to be turned by {360 - counterclockwise} degrees",),
        is_counted=counterclockwise == 90,
    )


def raw(extension: str, what: str, make: str, rate: str, **expected: Any) -> tuple[Recipe, Recipe]:
    """A bare stream of a codec, under its own name and as a recorder names it."""
    notes = (f"no usable timestamps: its pictures are counted at {rate}",)
    return (
        Recipe(f"raw.{extension}", f"{what} without container", make, shows=STREET, notes=notes, **expected),
        Recipe(
            f"{extension}.dav",
            f"{what} without container, named .dav by a recorder",
            f"{make}\nmv raw.{extension} {extension}.dav",
            shows=STREET,
            notes=notes,
            **expected,
        ),
    )


def container(file: str, what: str, options: str = "-c copy", **expected: Any) -> Recipe:
    """The street clip in another container."""
    return Recipe(file, what, f"ff -i $S -an {options} {file}", shows=STREET, **expected)


def small(file: str, what: str, options: str, **expected: Any) -> Recipe:
    """A test picture of 64 x 48 at 10 a second, for 3 seconds."""
    return Recipe(file, what, f"ff $small {options} {file}", **expected)


ROTATION = (
    turned(90, "transpose=1"),
    turned(180, "hflip,vflip"),
    turned(270, "transpose=2"),
    Recipe(
        "turned-in-stream.ts",
        "rotation mark inside the H.264 stream",
        "ff -i $S -vf hflip,vflip $h264 stored.mp4\n"
        "ff -i stored.mp4 -c copy -bsf:v h264_metadata=rotate=180:display_orientation=insert turned-in-stream.ts",
        shows=STREET,
        notes=("marked to be turned by 180 degrees",),
    ),
    Recipe(
        "mirrored.mkv",
        "mirrored by a mark inside the H.264 stream",
        "ff -i $S -vf hflip $h264 stored.mp4\n"
        "ff -i stored.mp4 -c copy -bsf:v h264_metadata=flip=horizontal:display_orientation=insert mirrored.mkv",
        shows=STREET,
        notes=("marked to be mirrored",),
    ),
)

CLOCK = (
    Recipe(
        "restart.ts",
        "two recordings joined: the clock restarts",
        f"{HALVES} cat a.ts b.ts > restart.ts",
        shows=STREET,
        notes=("clock jumps back by 6.1 s at 6.2 s",),
        is_counted=True,
    ),
    Recipe(
        "hours-later.ts",
        "the clock jumps forward by 4 hours",
        f"{HALVES} ff -i b.ts -c copy -output_ts_offset 14400 late.ts; cat a.ts late.ts > hours-later.ts",
        shows=STREET,
        notes=("clock jumps forward by 3:59:54 at 6.2 s",),
    ),
    Recipe(
        "seconds-back.ts",
        "the clock jumps back by 4 seconds",
        f"{HALVES} ff -i b.ts -c copy -output_ts_offset 2 back.ts; cat a.ts back.ts > seconds-back.ts",
        shows=STREET,
        notes=("clock jumps back by 4.2 s at 6.2 s",),
    ),
    Recipe(
        "hours-later.mkv",
        "the clock jumps forward by 4 hours, in Matroska",
        "ff -i $S -an -c:v libx264 -preset ultrafast -bf 2 -force_key_frames 6 "
        "-vf \"setpts='PTS+gte(T,6)*14400/TB'\" -vsync passthrough hours-later.mkv",
        shows=STREET,
        notes=("clock jumps forward by 4:00:00 at 6.0 s",),
    ),
    Recipe(
        "hours-later.mp4",
        "the clock jumps forward by 4 hours, in MP4",
        "ff -i $S -an -c:v libx264 -preset ultrafast -bf 2 -force_key_frames 6 "
        "-vf \"setpts='PTS+gte(T,6)*14400/TB'\" -vsync passthrough hours-later.mp4",
        shows=STREET,
        fps=24,
        notes=("clock jumps forward by 4:00:00 at 6.0 s",),
    ),
    Recipe(
        "late.mkv",
        "a clock that starts at 2 s",
        "ff -ss 2 -i $S -an -c copy -copyts late.mkv",
        shows=STREET,
        duration_s=9.03,
        starts_s=1.993,
    ),
    Recipe(
        "late.ts",
        "a clock that starts after 26 hours",
        "ff -i $S -an -c copy -output_ts_offset 93600 late.ts",
        shows=STREET,
    ),
    Recipe(
        "negative.mkv",
        "times below zero, in Matroska",
        "ff -i $S -an -c copy -output_ts_offset -1 -avoid_negative_ts disabled negative.mkv",
        shows=STREET,
        notes=("no usable timestamps",),
    ),
    Recipe(
        "negative.ts",
        "times below zero, in a transport stream",
        "ff -i $S -an -c copy -output_ts_offset -1 -avoid_negative_ts disabled negative.ts",
        shows=STREET,
    ),
    Recipe(
        "negative.mp4",
        "times below zero in MP4: players skip them",
        "ff -i $S -an -c copy -output_ts_offset -1 -avoid_negative_ts disabled negative.mp4",
        shows=STREET,
        duration_s=9.98,
        starts_s=1.04,
    ),
    Recipe(
        "edited.mp4",
        "an edit list: players skip what is before its beginning",
        "ff -ss 2 -i $S -an -c copy edited.mp4",
        shows=STREET,
        duration_s=8.99,
        starts_s=2.04,
    ),
    Recipe(
        "zero-steps.mp4",
        "every step of the clock is 0 (stts)",
        "ff -i $S -an -c:v libx264 -preset ultrafast -bf 0 -movflags -faststart zero.mp4\n"
        "python3 - <<'END'\n"
        "data = open('zero.mp4', 'rb').read()\n"
        "at = data.index(b'stts') + 12\n"
        "open('zero-steps.mp4', 'wb').write(data[:at] + data[at:at + 4] + bytes(4) + data[at + 8:])\n"
        "END",
        shows=STREET,
        fps=24,
        notes=("no usable timestamps: its pictures are counted at 24",),
    ),
    Recipe(
        "variable.mkv",
        "pictures at irregular times",
        "ff -f lavfi -i testsrc2=size=64x48:rate=30:duration=3 "
        "-vf \"select='not(mod(n,7))+gt(random(0),0.5)'\" -vsync vfr $h264 variable.mkv",
        duration_s=2.83,
    ),
    Recipe(
        "time-lapse.mp4",
        "one picture a minute",
        "ff -f lavfi -i testsrc2=size=64x48:rate=1/60:duration=600 $h264 time-lapse.mp4",
        duration_s=600,
        fps=1 / 60,
    ),
    Recipe(
        "1000-fps.mp4",
        "1,000 pictures a second",
        "ff -f lavfi -i testsrc2=size=64x48:rate=1000:duration=1 $h264 1000-fps.mp4",
        duration_s=1,
        fps=1000,
    ),
    small("no-duration.flv", "no duration in the header", "$h264 -flvflags no_duration_filesize"),
    Recipe(
        "no-duration.webm",
        "no duration, as from a browser's recorder",
        "ff $small -c:v libvpx -live 1 -f webm - > no-duration.webm",
    ),
)

SIZE = (
    Recipe(
        "size-changes.ts",
        "half the size from 6.2 s on",
        "ff -i $S $h264 -g 24 -t 6.2 r1.ts; "
        "ff -ss 6.2 -i $S -vf scale=320:176 $h264 -g 24 -output_ts_offset 6.2 r2.ts; cat r1.ts r2.ts > size-changes.ts",
        shows=STREET,
        notes=("changes from 640 x 352 to 320 x 176; all are shown in 640 x 352",),
        is_counted=True,
    ),
    container(
        "wide-pixels.mp4",
        "pixels that are twice as wide as high",
        "-vf scale=320:352,setsar=2 $h264",
        notes=("pixels are not square (2); the picture is shown in 640 x 352",),
    ),
    container(
        "wide-pixels.ts",
        "pixels that are not square, marked in the codec only",
        "-vf scale=480:352,setsar=4/3 $h264",
        notes=("pixels are not square (4/3); the picture is shown in 640 x 352",),
    ),
    container(
        "tall-pixels.mkv",
        "pixels that are higher than wide",
        "-vf scale=640:176,setsar=1/2 $h264",
        size=(320, 176),
        notes=("pixels are not square (1/2)",),
    ),
    small("1-pixel.mkv", "one pixel", "-vf scale=1:1 -c:v ffv1 -pix_fmt yuv444p", size=(1, 1)),
    small(
        "odd-size.mp4",
        "an odd number of columns and rows",
        "-vf scale=65:49,setsar=1 $h264 -pix_fmt yuv444p",
        size=(65, 49),
    ),
    Recipe(
        "8k.mp4",
        "8K",
        "ff -f lavfi -i color=gray:size=7680x4320:rate=5:duration=0.4 $h264 8k.mp4",
        size=(7680, 4320),
        duration_s=0.4,
    ),
)

STREAMS = (
    *(
        Recipe(
            f"marked-second.{extension}",
            f"two video streams; the second is marked as default ({extension})",
            "ff -i $S $small -map 1:v -map 0:v $h264 -disposition:v:0 0 -disposition:v:1 default "
            f"marked-second.{extension}",
            shows=STREET,
            notes=("2 video streams; the one with 640 x 352",),
        )
        for extension in ("mkv", "mp4")
    ),
    Recipe(
        "largest-second.mkv",
        "two video streams, none is marked: the largest",
        "ff -i $S $small -map 1:v -map 0:v $h264 -disposition:v:0 0 -disposition:v:1 0 largest-second.mkv",
        shows=STREET,
        notes=("2 video streams; the one with 640 x 352",),
    ),
    Recipe(
        "largest-second.mp4",
        "two video streams, both are marked: the largest",
        "ff -i $S $small -map 1:v -map 0:v $h264 -disposition:v:0 default -disposition:v:1 default largest-second.mp4",
        shows=STREET,
        notes=("2 video streams; the one with 640 x 352",),
    ),
    Recipe(
        "sound-first.mp4",
        "sound before the pictures",
        "ff -i $S -f lavfi -i sine=duration=11 -map 1:a -map 0:v -c:v copy -c:a aac sound-first.mp4",
        shows=STREET,
    ),
    Recipe(
        "cover.mp4",
        "a cover before the video",
        "ff -f lavfi -i color=red:size=1000x1000 -frames:v 1 c.png\n"
        "ff -i $S -i c.png -map 1 -map 0:v -c copy -disposition:v:0 attached_pic cover.mp4",
        shows=STREET,
    ),
    Recipe(
        "cover.mkv",
        "a cover as attachment",
        "ff -f lavfi -i color=red:size=1000x1000 -frames:v 1 c.png\n"
        "ff -i $S -map 0:v -c copy -attach c.png -metadata:s:t mimetype=image/png cover.mkv",
        shows=STREET,
    ),
    Recipe(
        "time-code.mov", "a data stream with a time code", "ff -i c.mp4 -c copy -timecode 01:00:00:00 time-code.mov"
    ),
    *(
        Recipe(
            f"chapters.{extension}",
            f"chapters ({extension})",
            "printf ';FFMETADATA1\\n[CHAPTER]\\nTIMEBASE=1/1\\nSTART=0\\nEND=1\\ntitle=a\\n' > chapters.txt\n"
            f"ff -i c.mp4 -i chapters.txt -map_metadata 1 -c copy chapters.{extension}",
        )
        for extension in ("mkv", "mp4")
    ),
    Recipe(
        "subtitles.mkv",
        "subtitles",
        "printf '1\\n00:00:00,000 --> 00:00:01,000\\nhello\\n' > s.srt\nff -i c.mp4 -i s.srt -c copy subtitles.mkv",
    ),
)

RAW = (
    *raw("h264", "H.264", "ff -i $S -an -c copy -bsf:v h264_mp4toannexb raw.h264", "24 a second (as the file says)"),
    *raw("265", "H.265", "ff -i $S $h265 raw.265", "24 a second (as the file says)"),
    *raw(
        "mjpeg",
        "Motion JPEG",
        "ff -i $S -an -c:v mjpeg -q:v 3 raw.mjpeg",
        "25 a second (assumed)",
        duration_s=10.6,
        is_rate_assumed=True,
    ),
    container(
        "raw.m2v", "MPEG-2 without container", "-c:v mpeg2video -q:v 3", notes=("counted at 24 a second (as the file",)
    ),
    container(
        "raw.m4v",
        "MPEG-4 without container",
        "-c:v mpeg4 -q:v 3 -f m4v",
        notes=("counted at 24 a second (as the file",),
    ),
)

CONTAINERS = (
    container("street.ts", "MPEG transport stream"),
    container("camera.m2ts", "transport stream of a camcorder"),
    container("street.flv", "Flash video", "-q:v 3"),
    container("street.wmv", "Windows Media", "-q:v 3"),
    container("street.mpg", "MPEG program stream", "-q:v 3"),
    container("dvd.vob", "DVD", "-f vob -q:v 3"),
    Recipe(
        "recorder.mp4",
        "a program stream behind a recorder's own header, named .mp4",
        "ff -i $S -an -q:v 3 -f vob ps.vob\n(printf 'IMKH'; head -c 36 /dev/zero; cat ps.vob) > recorder.mp4",
        shows=STREET,
    ),
    container("street.mov", "QuickTime"),
    container("street.3gp", "3GP"),
    container("fragments.mp4", "MP4 in fragments", "-c copy -movflags frag_keyframe+empty_moov"),
    Recipe(
        "growing.mp4",
        "MP4 in fragments that is still being written",
        "ff -i $S -an -c copy -movflags frag_keyframe+empty_moov f.mp4; head -c 300000 f.mp4 > growing.mp4",
        shows=STREET,
        duration_s=4.41,
    ),
    container("no-index.mkv", "Matroska without an index", "-c copy -live 1"),
    container("street.mxf", "MXF", "-c:v mpeg2video -q:v 3 -r 25", duration_s=11.04),
    container("street.wtv", "Windows TV recording", "-c:v mpeg2video -q:v 3"),
    container("index-last.mp4", "index at the end of the file", "-c copy -movflags -faststart"),
    container("index-first.mp4", "index at the beginning of the file", "-c copy -movflags +faststart"),
    Recipe("renamed.avi", "MP4, named .avi", "ff -i $S -an -c copy s.mp4; mv s.mp4 renamed.avi", shows=STREET),
    Recipe("renamed.txt", "MP4, named .txt", "ff -i $S -an -c copy s.mp4; mv s.mp4 renamed.txt", shows=STREET),
    Recipe(
        "growing.ts",
        "a recording that is still being written",
        "ff -i $S -an -c copy s.ts; head -c 250000 s.ts > growing.ts",
        shows=STREET,
        duration_s=3.45,
    ),
    Recipe(
        "unfinished.avi",
        "AVI of a recorder that was switched off: no size, no index",
        "ff -i $S -an -c:v mjpeg -q:v 3 -f avi - > unfinished.avi",
        shows=STREET,
    ),
    Recipe(
        "tail.ts",
        "a transport stream that begins in the middle of a packet",
        "ff -i $S $h264 -g 12 s.ts; tail -c +5001 s.ts > tail.ts",
        shows=STREET,
        duration_s=10.54,
        starts_s=0.5,
    ),
)

CODECS = (
    container("10-bit.mp4", "H.265 with 10 bits", "$h265 -pix_fmt yuv420p10le"),
    container("interlaced.mpg", "interlaced MPEG-2", "-c:v mpeg2video -q:v 3 -flags +ilme+ildct"),
    container("reordered.avi", "H.264 with reordered pictures in AVI", "-c:v libx264 -preset ultrafast -bf 3"),
    container("xvid.avi", "MPEG-4 with reordered pictures in AVI", "-c:v mpeg4 -q:v 3 -bf 2"),
    container("camera.avi", "Motion JPEG in AVI", "-c:v mjpeg -q:v 3"),
    small("alpha.mov", "transparent pictures", "-c:v qtrle -pix_fmt argb"),
    small("alpha.webm", "transparent VP9", "-c:v libvpx-vp9 -pix_fmt yuva420p"),
    small("422.mov", "ProRes, 4:2:2 with 10 bits", "-c:v prores -pix_fmt yuv422p10le"),
    small("444.mp4", "H.264, 4:4:4", "$h264 -pix_fmt yuv444p"),
    small("gray-16.mkv", "16 bits of grey (heat cameras)", "-c:v ffv1 -pix_fmt gray16le"),
    small("av1.mkv", "AV1", "-t 1 -c:v libaom-av1 -cpu-used 8", duration_s=1.0),
    small("theora.ogv", "Theora", ""),
    small(
        "h263.3gp",
        "H.263 of an old phone",
        "-s 176x144 -c:v h263",
        size=(192, 144),
        notes=("pixels are not square (12/11)",),
    ),
    small("vp8.ivf", "VP8 in IVF", "-c:v libvpx"),
    Recipe(
        "tape.dv",
        "DV",
        "ff -f lavfi -i testsrc2=size=720x576:rate=25:duration=1 -pix_fmt yuv420p tape.dv",
        size=(768, 576),
        duration_s=1.0,
        fps=25,
        notes=("pixels are not square (16/15)",),
    ),
)

REFUSED = (
    Recipe(
        "one-picture.mp4", "one picture", "ff -i c.mp4 -frames:v 1 $h264 one-picture.mp4", refused="1 decodable frames"
    ),
    Recipe(
        "encrypted.mp4",
        "encrypted",
        "ff -i c.mp4 -c copy -encryption_scheme cenc-aes-ctr -encryption_key 76a6c65c5ea762046bd749a2e632ccbb "
        "-encryption_kid a7e61c373e219033c21091fa607bf3b8 encrypted.mp4",
        refused="encrypted",
    ),
    Recipe(
        "cut.mp4",
        "cut short, index first",
        "ff -i c.mp4 -c copy -movflags +faststart f.mp4; head -c 6000 f.mp4 > cut.mp4",
        refused="of the 3.0 s that it announces",
    ),
    Recipe(
        "no-index.mp4",
        "cut short, index missing",
        "head -c 6000 c.mp4 > no-index.mp4",
        refused="what is needed to read it is missing",
    ),
    Recipe(
        "sound.m4a",
        "sound alone",
        "ff -f lavfi -i sine=duration=1 -c:a aac sound.m4a",
        refused="there is no video stream in it, only: audio",
    ),
    small("moving.gif", "a GIF", "", refused="begins like a GIF"),
    Recipe("picture.jpg", "a picture", "ff $small -frames:v 1 picture.jpg", refused="begins like a JPEG picture"),
    Recipe("notes.mp4", "text, named .mp4", "echo hello > notes.mp4", refused="does not begin like any kind of video"),
    Recipe(
        "list.m3u8",
        "a playlist that names another file",
        "ff -i c.mp4 -c copy part.ts; printf '#EXTM3U\\n#EXTINF:3,\\npart.ts\\n#EXT-X-ENDLIST\\n' > list.m3u8",
        refused="begins like a playlist",
    ),
    Recipe(
        "black.mkv",
        "a small file with huge pictures (8000 x 6000)",
        "ff -f lavfi -i color=black:size=8000x6000:rate=10 -frames:v 1 -c:v ffv1 -pix_fmt gray black.mkv",
        refused="8000 x 6000 = 48,000,000 pixels; at most 36,000,000",
    ),
    Recipe(
        "wide.avi",
        "Motion JPEG of 32000 x 8000",
        "ff -f lavfi -i color=gray:size=32000x8000:rate=5 -frames:v 1 -pix_fmt yuvj420p -c:v mjpeg -q:v 31 wide.avi",
        refused="32000 x 8000 = 256,000,000 pixels; at most 36,000,000",
    ),
)

GROUPS = {
    "Rotation": ROTATION,
    "Clock": CLOCK,
    "Size and pixels": SIZE,
    "Streams": STREAMS,
    "Without container": RAW,
    "Containers": CONTAINERS,
    "Codecs": CODECS,
    "Refused": REFUSED,
}
RECIPES = tuple(recipe for recipes in GROUPS.values() for recipe in recipes)
