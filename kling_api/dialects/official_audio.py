"""Sounds, and the voices and elements that an account keeps: the body of each order, without our key. Pure.

Facts: official docs as copied 2026-02 and 2026-09.
"""

from __future__ import annotations

from typing import Any

from ..operations import CustomElement, CustomVoice, TextToAudio, TextToSpeech, VideoToAudio
from .inline import address, inline


def speech(operation: TextToSpeech) -> dict[str, Any]:
    return {
        "text": operation.text,
        "voice_id": operation.voice_id,
        "voice_language": operation.voice_language,
        "voice_speed": operation.voice_speed,
    }


def sound(operation: TextToAudio) -> dict[str, Any]:
    return {"prompt": operation.prompt, "duration": operation.duration}


def sound_of_clip(operation: VideoToAudio) -> dict[str, Any]:
    return {
        "video_id": operation.video_id,
        "video_url": address(operation.video_url),
        "sound_effect_prompt": operation.sound_effect_prompt,
        "bgm_prompt": operation.bgm_prompt,
        "asmr_mode": operation.asmr_mode,
    }


def voice(operation: CustomVoice) -> dict[str, Any]:
    return {
        "voice_name": operation.voice_name,
        "voice_url": address(operation.voice_url),
        "video_id": operation.video_id,
    }


def element(operation: CustomElement) -> dict[str, Any]:
    return {
        "element_name": operation.element_name,
        "element_description": operation.element_description,
        "reference_type": operation.reference_type,
        "element_voice_id": operation.element_voice_id,
        "tag_list": [{"tag_id": tag} for tag in operation.tag_list],
    } | _references(operation)


def _references(operation: CustomElement) -> dict[str, Any]:
    if operation.reference_type == "video_refer":
        return {"element_video_list": {"refer_videos": [{"video_url": address(operation.refer_video)}]}}
    others = [{"image_url": inline(picture)} for picture in operation.refer_images]
    return {"element_image_list": {"frontal_image": inline(operation.frontal_image), "refer_images": others}}
