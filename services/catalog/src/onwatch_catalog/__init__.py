"""The catalog: video files, thumbnails, the table of videos."""
