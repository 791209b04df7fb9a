"""The page while it shows a stream: tasks of its main thread, and its memory."""
