"""Everything exchanged between services: bus messages, the WebSocket channel, HTTP models.

Depends on pydantic alone. A published shape never changes: it gets a successor (`V2`).
"""
