"""Voices and elements that a request cites by id: how many, which models know them, whether the account has them.

The texts are inferred, but for that of an unknown voice, which the desk says.
"""

from __future__ import annotations

from .fields import Fields
from .refusals import invalid
from .validation import Customer, check_size, needed, unsupported

MOST_VOICES = 2
MOST_ELEMENTS = 3


def read_voices(body: Fields, customer: Customer, offered: bool, sound: bool) -> tuple[str, ...]:
    """The ids in `voice_list` (old standard)."""
    ids = tuple(needed(voice, "voice_id") for voice in body.children("voice_list"))
    check_size(body, "voice_list", len(ids), 0, MOST_VOICES)
    return check_voices(ids, customer, offered, sound)


def check_voices(ids: tuple[str, ...], customer: Customer, offered: bool, sound: bool) -> tuple[str, ...]:
    if ids and not offered:
        raise unsupported("Voice")
    if ids and not sound:
        raise invalid("Voice is only supported with sound")
    for voice in ids:
        customer.check_voice(voice)
    return ids


def read_elements(body: Fields, customer: Customer, offered: bool, most: int) -> tuple[str, ...]:
    """The ids in `element_list` (old standard), as numbers or as text."""
    ids = tuple(needed(element, "element_id") for element in body.children("element_list"))
    if ids and not offered:
        raise unsupported("Element")
    check_size(body, "element_list", len(ids), 0, most)
    element_kinds(ids, customer)
    return ids


def element_kinds(ids: tuple[str, ...], customer: Customer) -> tuple[str, ...]:
    """image_refer or video_refer, of each. Raises Refused for one that the account may not cite."""
    return tuple(customer.element_kind(element) for element in ids)
