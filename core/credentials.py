"""Content Credentials (C2PA): whether an image has them, whether they hold, and what they say.

That there are any is told without further packages. They are validated by ``c2pa-python``, where
that is installed, offline: nothing is fetched, so who signed is told, but not whether a list of
trusted signers names them. https://spec.c2pa.org/specifications/specifications/2.2/
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from core.embedded_records import Credentials, State, Value

os.environ.setdefault("C2PA_LOG", "error")

_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
_NO_LIST = "signingCredential.untrusted"  # there is no list of trusted signers here


def read_credentials(file: BinaryIO, media_type: str) -> Credentials:
    """Validate the Content Credentials of an image that has some; nothing is fetched.

    Args:
        file: The image file, open for reading.
        media_type: Its MIME type.
    """
    try:
        import c2pa  # an optional extra, which takes a tenth of a second
    except ImportError:
        return Credentials(State.PRESENT)
    file.seek(0)
    try:
        with (
            c2pa.Context.from_dict(_OFFLINE) as context,
            c2pa.Reader(media_type, file, context=context) as reader,
        ):
            return _told(json.loads(reader.json()), reader.get_validation_state())
    except (c2pa.C2paError, ValueError, LookupError, TypeError) as error:
        return Credentials(State.UNREADABLE, problem=str(error))


def _told(store: dict[str, Any], state: str | None) -> Credentials:
    manifest = store["manifests"][store["active_manifest"]]
    signature = manifest.get("signature_info") or {}
    codes = [each["code"] for each in store.get("validation_status") or ()]
    wrong = dict.fromkeys(code for code in codes if code != _NO_LIST)
    names = [signature.get("common_name"), signature.get("issuer")]
    return Credentials(
        State.INVALID if state == "Invalid" else State.VALID,
        ", ".join(dict.fromkeys(filter(None, names))),
        ", ".join(wrong) if state == "Invalid" else "",
        tuple(_values(manifest, signature)),
    )


def _values(manifest: dict[str, Any], signature: dict[str, Any]) -> Iterator[Value]:
    for made in manifest.get("claim_generator_info") or ():
        yield "Made with", " ".join(filter(None, (made.get("name"), made.get("version"))))
    if manifest.get("title"):
        yield "Title", str(manifest["title"])
    if signature.get("time"):
        yield "Signed at", str(signature["time"])
    for assertion in manifest.get("assertions") or ():
        label, data = str(assertion.get("label")), assertion.get("data")
        if label.startswith("c2pa.actions") and isinstance(data, dict):
            for action in data.get("actions") or ():
                yield from _action(action)
        elif not label.startswith(("c2pa.hash", "c2pa.thumbnail")):
            yield label, json.dumps(data, ensure_ascii=False)
    for ingredient in manifest.get("ingredients") or ():
        yield "Made from", str(ingredient.get("title") or ingredient.get("instance_id") or "?")


def _action(action: dict[str, Any]) -> Iterator[Value]:
    yield "Action", str(action.get("action", "?")).removeprefix("c2pa.")
    for key, label in (("softwareAgent", "Software"), ("digitalSourceType", "DigitalSourceType")):
        if key in action:
            value = action[key]
            yield label, str(value.get("name", value)) if isinstance(value, dict) else str(value)
