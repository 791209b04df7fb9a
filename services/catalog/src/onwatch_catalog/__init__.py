"""The catalog service: video files, thumbnails and the table of videos."""
