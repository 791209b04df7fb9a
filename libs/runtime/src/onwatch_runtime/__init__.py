"""What every service stands on: bus, lifecycle, settings, logs, health, telemetry. No domain words."""
