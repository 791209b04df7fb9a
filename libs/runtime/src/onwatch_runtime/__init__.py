"""The basis of every service: bus, process lifecycle, HTTP, settings, logs, tracing. It knows no domain concepts."""
