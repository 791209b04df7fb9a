"""What schemathesis has to know of the media types of the APIs."""

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
