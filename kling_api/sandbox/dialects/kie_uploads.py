"""Reads what is uploaded to kie.ai: Base64 in JSON, or a form with a file. Inferred: what a form is refused for."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path

from ..wire import Call
from .kie_orders import read_object
from .kie_values import KieRefused


@dataclass(frozen=True)
class Upload:
    """A file, or its bytes, with the folder and the name that it is to have, "" for one of the server's."""

    data: bytes | Path = field(repr=False)
    size: int
    folder: str
    name: str


def read_upload(data: bytes) -> Upload:
    """Base64 as it is or as a data URL. Raises KieRefused."""
    body, _ = read_object(data)
    for name in ("base64Data", "uploadPath"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise KieRefused(400, f"Missing required parameter: {name}", upload=True)
    encoded = body["base64Data"]
    if encoded.startswith("data:"):
        encoded = encoded.partition(",")[2]
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise KieRefused(400, "Base64 decoding failed: Invalid Base64 format", upload=True) from None
    return Upload(decoded, len(decoded), body["uploadPath"], str(body.get("fileName") or ""))


def read_form(call: Call) -> Upload:
    """Raises KieRefused."""
    for name, there in (("file", call.files), ("uploadPath", call.form)):
        if not there.get(name):
            raise KieRefused(400, f"Missing required parameter: {name}", upload=True)
    file = call.files["file"]
    return Upload(file, file.stat().st_size, call.form["uploadPath"], call.form.get("fileName", ""))
