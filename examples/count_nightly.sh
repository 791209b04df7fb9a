#!/bin/sh
# Counts every video of a folder that has no result yet; run it every night.
# usage: count_nightly.sh FOLDER RESULTS [OPTION ...]   options of `onwatch analyze`, for example --roi
#
# RESULTS gets NAME.json for each video. A file that changed within the last 10 minutes may still be written, and waits for the next
# night. The exit code is 1 if a video could not be counted, which is tried again the next night.
set -u
[ $# -ge 2 ] || { echo "usage: count_nightly.sh FOLDER RESULTS [OPTION ...]" >&2; exit 2; }
folder=$1 results=$2
shift 2
mkdir -p "$results" || exit 1
waiting=$(mktemp) || exit 1
trap 'rm -f "$waiting"' EXIT
find "$folder" -type f -mmin +10 \( -iname '*.mp4' -o -iname '*.mkv' -o -iname '*.avi' -o -iname '*.mov' -o -iname '*.ts' \) \
    | sort >"$waiting"

failed=0
while IFS= read -r video; do
    result=$results/$(basename "$video").json
    [ -e "$result" ] && continue
    if "${ONWATCH:-onwatch}" analyze "$video" "$@" --json >"$result.part" </dev/null; then
        mv "$result.part" "$result" # complete or absent: an interrupted night leaves no half result
    else
        rm -f "$result.part"
        echo "not counted: $video" >&2
        failed=1
    fi
done <"$waiting"
exit $failed
