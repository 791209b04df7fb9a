"""Sends generated requests to the HTTP APIs, and checks every answer against their OpenAPI documents."""
