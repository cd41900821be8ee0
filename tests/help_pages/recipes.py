"""What the picture of each help page shows: which nodes are run for it, with which inputs. Nothing is drawn here."""

from __future__ import annotations

from typing import Any

from .studio import Recipe, Rows, Studio, frames, lines, pixels, waveform

_RIVER = "A paper boat drifts down a quiet river at dawn"
_CLIP = {"model_name": "kling-v3", "duration": 3}
_LONG = "Good morning, and welcome on board. The river carries us to the sea, past the old mill and the lighthouse."
_PERSON = "Portrait of a woman in a red coat, looking at the camera"


def _text2video(studio: Studio) -> Rows:
    return [frames(studio.run("KlingText2Video", prompt=_RIVER, **_CLIP)[0])]


def _image2video(studio: Studio) -> Rows:
    start, end = _picture(studio, "A harbour in the morning"), _picture(studio, "The same harbour at night")
    inputs = {"image": start, "end_image": end, "prompt": "Night falls"}
    return [frames(studio.run("KlingImage2Video", **inputs, **_CLIP)[0])]


def _omni_video(studio: Studio) -> Rows:
    first, second = _picture(studio, _PERSON), _picture(studio, "A green handbag on a table")
    prompt = "The woman of <<<image_1>>> picks up the bag of <<<image_2>>>"
    inputs = {"prompt": prompt, "model_name": "kling-v3-omni", "duration": 3, "image_1": first, "image_2": second}
    return [[pixels(first[0]), pixels(second[0])], frames(studio.run("KlingOmniVideo", **inputs)[0], 2)]


def _multi_image2video(studio: Studio) -> Rows:
    first, second = _picture(studio, "A white cat on a sofa"), _picture(studio, "A brown dog in a garden")
    inputs = {"prompt": "The cat and the dog play", "model_name": "kling-v1-6", "image_1": first, "image_2": second}
    return [[pixels(first[0]), pixels(second[0])], frames(studio.run("KlingMultiImage2Video", **inputs)[0], 2)]


def _motion_control(studio: Studio) -> Rows:
    person = _picture(studio, _PERSON)
    dance = studio.run("KlingText2Video", prompt="A man dances in the street", **_CLIP)
    made = studio.run("KlingMotionControl", model_name="kling-v2-6", image=person, video=dance[1])
    return [[pixels(person[0]), *frames(dance[0], 1)], frames(made[0], 2)]


def _video_extend(studio: Studio) -> Rows:
    clip = studio.run("KlingText2Video", prompt=_RIVER, model_name="kling-v1-6", duration=5, decode="last")
    longer = studio.run("KlingVideoExtend", video_id=clip[3], prompt="The boat reaches the sea")
    return [frames(longer[0])]


def _effects(studio: Studio) -> Rows:
    left, right = _picture(studio, _PERSON), _picture(studio, "Portrait of a man with a beard")
    made = studio.run("KlingVideoEffects", effect_scene="hug_pro", image_1=left, image_2=right)
    return [[pixels(left[0]), pixels(right[0])], frames(made[0], 2)]


def _avatar(studio: Studio) -> Rows:
    made = studio.run("KlingAvatar", image=_picture(studio, _PERSON), audio=_speech(studio))
    return [frames(made[0], 2), [waveform(made[2], 70)]]


def _lip_sync(studio: Studio) -> Rows:
    clip = studio.run("KlingText2Video", prompt=_PERSON, **_CLIP, decode="last")
    made = studio.run("KlingLipSync", video_id=clip[3], audio=_speech(studio))
    return [frames(made[0], 2), [waveform(made[2], 70)]]


def _shots(studio: Studio) -> Rows:
    told = ("A lighthouse in a storm", "The keeper climbs the stairs", "The lamp begins to shine", "A ship passes by")
    shots: dict[str, Any] = {f"prompt_{number}": text for number, text in enumerate(told, 1)}
    shots |= {f"duration_{number}": 2 for number in (1, 2, 3, 4)}
    cut, seconds = studio.run("KlingShots", **shots)
    made = studio.run("KlingText2Video", prompt="", model_name="kling-v3", duration=seconds, multi_shot=cut)
    clip = made[0]
    return [[pixels(clip[len(clip) * at // 8]) for at in (1, 3, 5, 7)]]


def _camera_control(studio: Studio) -> Rows:
    return [frames(_moved(studio, studio.run("KlingCameraControl", pan=8.0)[0]))]


def _camera_preset(studio: Studio) -> Rows:
    return [frames(_moved(studio, studio.run("KlingCameraPreset", move="push in", strength=9.0)[0]))]


def _moved(studio: Studio, camera: Any) -> Any:
    inputs = {"prompt": "An old town by the water", "model_name": "kling-v1", "duration": 5}
    return studio.run("KlingText2Video", **inputs, camera_control=camera)[0]


def _image_generation(studio: Studio) -> Rows:
    inputs = {"prompt": "A mountain lake in autumn", "model_name": "kling-v2-1", "n": 4}
    return [_all(studio.run("KlingImageGeneration", **inputs)[0])]


def _omni_image(studio: Studio) -> Rows:
    start = _picture(studio, _PERSON)
    inputs = {"prompt": "<<<image_1>>> in front of a snowy mountain", "model_name": "kling-image-o1", "image": start}
    return [[pixels(start[0]), *_all(studio.run("KlingOmniImage", **inputs)[0])]]


def _multi_image2image(studio: Studio) -> Rows:
    first, second = _picture(studio, "A white cat on a sofa"), _picture(studio, "A brown dog in a garden")
    inputs = {"prompt": "Both sit on a bench", "subject_image_1": first, "subject_image_2": second}
    made = studio.run("KlingMultiImage2Image", model_name="kling-v2-1", **inputs)
    return [[pixels(first[0]), pixels(second[0]), *_all(made[0])]]


def _image_expand(studio: Studio) -> Rows:
    start = _picture(studio, "A harbour in the morning", "1:1")
    ratios = {"up": 0.0, "down": 0.0, "left": 0.5, "right": 0.5}
    made = studio.run("KlingImageExpand", image=start, **{f"{side}_expansion_ratio": by for side, by in ratios.items()})
    return [[pixels(start[0]), *_all(made[0])]]


def _virtual_try_on(studio: Studio) -> Rows:
    person, garment = _picture(studio, _PERSON, "3:4"), _picture(studio, "A blue summer dress", "3:4")
    inputs = {"model_name": "virtual_try_on", "human_image": person, "cloth_image": garment}
    return [[pixels(person[0]), pixels(garment[0]), *_all(studio.run("KlingVirtualTryOn", **inputs)[0])]]


def _image_recognize(studio: Studio) -> Rows:
    start = _picture(studio, _PERSON, "1:1")
    masks = studio.run("KlingImageRecognize", image=start)[:4]
    shown = [pixels(mask[0]) for mask in masks]
    return [[pixels(start[0]), shown[0]], shown[1:]]


def _multi_shot_images(studio: Studio) -> Rows:
    start = _picture(studio, _PERSON, "1:1")
    sets = studio.run("KlingMultiShotImages", element_frontal_image=start)
    return [[pixels(start[0]), *_all(sets[0])]]


def _text_to_speech(studio: Studio) -> Rows:
    return [[waveform(_speech(studio))]]


def _text_to_audio(studio: Studio) -> Rows:
    return [[waveform(studio.run("KlingTextToAudio", prompt="Rain on a tin roof, distant thunder", duration=5.0)[0])]]


def _video_to_audio(studio: Studio) -> Rows:
    clip = studio.run("KlingText2Video", prompt=_RIVER, **_CLIP, decode="last")
    made = studio.run("KlingVideoToAudio", video_id=clip[3], sound_effect_prompt="Water, birds", bgm_prompt="A harp")
    return [frames(made[0], 2), [waveform(made[2], 70)]]


def _element(studio: Studio) -> Rows:
    front = _picture(studio, _PERSON, "1:1")
    views = studio.run("KlingMultiShotImages", element_frontal_image=front)[0][0]
    inputs = {"element_name": "Ann", "element_description": "A woman in a red coat", "frontal_image": front}
    element = studio.run("KlingElement", **inputs, refer_images=views)[0]
    prompt = "<<<element_1>>> walks along the beach"
    made = studio.run("KlingOmniVideo", prompt=prompt, model_name="kling-v3-omni", duration=3, element_1=element)
    return [[pixels(front[0]), *(pixels(view) for view in views)], frames(made[0], 2)]


def _video_frames(studio: Studio) -> Rows:
    clip = studio.run("KlingText2Video", prompt=_RIVER, **_CLIP, decode="last")
    images = studio.run("KlingVideoFrames", video=clip[1], start=0, count=0, every_nth=9)[0]
    return [frames(images[:8], 6)]


def _last_frame(studio: Studio) -> Rows:
    clip = studio.run("KlingText2Video", prompt=_RIVER, **_CLIP)
    return [[pixels(clip[0][0]), pixels(studio.run("KlingLastFrame", video=clip[1])[0][0])]]


def _voice(studio: Studio) -> Rows:
    said = {"text": _LONG, "voice_language": "en", "voice_id": "oversea_male1"}
    made = studio.run("KlingVoice", voice_name="Ann", audio=studio.run("KlingTextToSpeech", **said)[0])
    return [[waveform(made[2])], [lines(f"voice_id: {made[1]}")]]


def _collect(studio: Studio) -> Rows:
    made = studio.run("KlingText2Video", prompt=_RIVER, **_CLIP)
    return [frames(studio.run("KlingCollect", key=made[4])[0][0])]


def _estimate(studio: Studio) -> Rows:
    asked = {"operation": "text2video", "prompt": "A paper boat on a river", "model_name": "kling-v3", "duration": 5}
    return [[lines(studio.run("KlingEstimate", **asked)[0])]]


def _account(studio: Studio) -> Rows:
    return [[lines(studio.run("KlingAccount")[0])]]


def _picture(studio: Studio, prompt: str, aspect_ratio: str = "16:9") -> Any:
    """[1, H, W, 3]."""
    inputs = {"prompt": prompt, "model_name": "kling-v2-1", "aspect_ratio": aspect_ratio}
    return studio.run("KlingImageGeneration", **inputs)[0][0][:1]


def _speech(studio: Studio) -> Any:
    said = {"text": "Good morning, and welcome on board", "voice_language": "en", "voice_id": "oversea_male1"}
    return studio.run("KlingTextToSpeech", **said)[0]


def _all(images: Any) -> list[Any]:
    """A list output of batches."""
    return [pixels(one) for batch in images for one in batch]


RECIPES: dict[str, Recipe] = {
    "KlingText2Video": _text2video,
    "KlingImage2Video": _image2video,
    "KlingOmniVideo": _omni_video,
    "KlingMultiImage2Video": _multi_image2video,
    "KlingMotionControl": _motion_control,
    "KlingVideoExtend": _video_extend,
    "KlingVideoEffects": _effects,
    "KlingAvatar": _avatar,
    "KlingLipSync": _lip_sync,
    "KlingShots": _shots,
    "KlingCameraControl": _camera_control,
    "KlingCameraPreset": _camera_preset,
    "KlingImageGeneration": _image_generation,
    "KlingOmniImage": _omni_image,
    "KlingMultiImage2Image": _multi_image2image,
    "KlingImageExpand": _image_expand,
    "KlingVirtualTryOn": _virtual_try_on,
    "KlingImageRecognize": _image_recognize,
    "KlingMultiShotImages": _multi_shot_images,
    "KlingTextToSpeech": _text_to_speech,
    "KlingTextToAudio": _text_to_audio,
    "KlingVideoToAudio": _video_to_audio,
    "KlingVoice": _voice,
    "KlingElement": _element,
    "KlingVideoFrames": _video_frames,
    "KlingLastFrame": _last_frame,
    "KlingCollect": _collect,
    "KlingEstimate": _estimate,
    "KlingAccount": _account,
}
