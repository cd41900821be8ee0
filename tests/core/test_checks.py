"""What Kling's own platform cannot do is told before anything is sent, in words that say what would do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kling_api.capabilities import models_for
from kling_api.catalog import effects
from kling_api.checks import check_operation, check_video
from kling_api.errors import InvalidRequest
from kling_api.models import models_with
from kling_api.operations import (
    Avatar,
    CameraControl,
    Effects,
    Image2Video,
    ImageExpand,
    ImageGeneration,
    ImageRecognize,
    LipSync,
    MotionControl,
    MultiImage2Image,
    MultiImage2Video,
    MultiShot,
    MultiShotImages,
    OmniImage,
    OmniVideo,
    Operation,
    Shot,
    Text2Video,
    TextToAudio,
    TextToSpeech,
    TryOnVideo,
    VideoExtend,
    VideoToAudio,
    VirtualTryOn,
)
from kling_api.operations.library import CustomElement, CustomVoice
from kling_api.stills import Still

PICTURE = Still(b"picture", 640, 480)
CLIP = "https://example.com/clip.mp4"
SOUND = "https://example.com/sound.mp3"
SHOTS = MultiShot((Shot("a cat", 2), Shot("a dog", 3)))

#: One of each kind that Kling can do as it is.
POSSIBLE: list[Operation] = [
    Text2Video("a cat"),
    Text2Video("a cat", multi_shot=SHOTS),
    Text2Video("a cat", "kling-3.0-turbo", sound=True, multi_shot=SHOTS),
    Image2Video(PICTURE, PICTURE, multi_shot=MultiShot(shot_type="intelligence")),
    Image2Video(PICTURE, prompt="@element_1 runs", model_name="kling-3.0", element_list=("829836802793406551",)),
    Image2Video(PICTURE, None, "<<<voice_1>>>", "kling-v2-6", mode="pro", sound=True, voice_list=("17",)),
    OmniVideo("<<<image_1>>> walks", image_list=(PICTURE,), duration=15, sound=True),
    OmniVideo("as <<<video_1>>>", video_url=CLIP, duration=10),
    OmniVideo("it rains", image=PICTURE, image_tail=PICTURE, aspect_ratio="auto", multi_shot=None),
    OmniVideo("a cat", "kling-video-o1", duration=10),
    OmniVideo("a cat", "kling-video-o1", image_list=(PICTURE,), duration=7),
    OmniVideo("a cat", "kling-3.0-omni", mode="4k"),
    MotionControl(PICTURE, CLIP, model_name="kling-v3", element_list=("1",)),
    MotionControl(PICTURE, CLIP, mode="pro"),
    VideoExtend("1"),
    Effects(next(name for name, scene in effects().items() if scene.pictures == 1), (PICTURE,)),
    Effects("hug_pro", (PICTURE, PICTURE)),
    Avatar(PICTURE, SOUND),
    LipSync(SOUND, "1"),
    ImageGeneration("a cat"),
    ImageGeneration("a cat", image=PICTURE, image_reference="face", aspect_ratio="21:9"),
    ImageGeneration("<<<element_1>>>", "kling-v3", element_list=("1",), resolution="2k", n=9),
    OmniImage("<<<image_1>>> at night", image=PICTURE),
    OmniImage("a cat", "kling-v3-omni", resolution="4k", result_type="series", aspect_ratio="1:1"),
    MultiImage2Image((PICTURE,)),
    ImageExpand(PICTURE, up_expansion_ratio=0.5),
    VirtualTryOn(PICTURE, PICTURE),
    ImageRecognize(PICTURE),
    MultiShotImages(PICTURE),
    TextToSpeech("x" * 1000, "1"),
    TextToAudio("rain"),
    VideoToAudio("1"),
    CustomVoice("v", SOUND),
    CustomElement("e", "an e", frontal_image=PICTURE, refer_images=(PICTURE,)),
]


@pytest.mark.parametrize("operation", POSSIBLE, ids=lambda operation: operation.kind)
def test_what_kling_can_do_passes_without_a_warning(operation: Operation) -> None:
    assert check_operation(operation) == ()


@pytest.mark.parametrize(
    ("operation", "what", "advice"),
    [
        (
            Text2Video("a cat", "kling-v2-6", multi_shot=SHOTS),
            "multi_shot customize is not possible with kling-v2-6. Disconnect it or leave it out. "
            "Models that can: kling-v3, "
            "kling-3.0-turbo, kling-3.0.",
            "Change the values named and run again.",
        ),
        (
            Text2Video("a cat", "kling-v3", sound=True, voice_list=("1",)),
            "voice_list is not possible with kling-v3. Disconnect it or leave it out. Models that can: kling-v2-6.",
            "Change the values named and run again.",
        ),
        (
            Image2Video(PICTURE, model_name="kling-v9", sound=True, voice_list=("1",), element_list=("2",)),
            "Voices and elements cannot be used together.",
            "Disconnect the voices or the elements.",
        ),
        (
            OmniVideo("a cat", "kling-o1", image=PICTURE, duration=8),
            "duration 8 s is not possible with kling-o1 (mode std). Possible here: 5 s, 10 s. kling-o1 can do it with "
            "a reference picture; or element_list; or a clip with refer_type feature.",
            "Change the values named and run again.",
        ),
        (
            OmniVideo("a cat", aspect_ratio="4:3"),
            "aspect_ratio is '4:3'.",
            "Choose one of: 16:9, 9:16, 1:1.",
        ),
        (
            OmniVideo("a cat", image=PICTURE, element_list=("1", "2", "3", "4")),
            "4 elements are given with a first frame; Kling takes at most 3.",
            "Disconnect 1 of them, or give the picture as a reference.",
        ),
        (
            MultiImage2Video((PICTURE,), "a cat", duration=7),
            "duration 7 s is not possible with kling-v1-6. Possible here: 5 s, 10 s.",
            "Change the values named and run again.",
        ),
        (
            MotionControl(PICTURE, CLIP, mode="4k"),
            "mode 4k is not possible with kling-v2-6. Possible here: std, pro.",
            "Change the values named and run again.",
        ),
        (Avatar(PICTURE, SOUND, mode="4k"), "mode is '4k'.", "Choose one of: std, pro."),
        (
            Effects("hug_pro", (PICTURE,)),
            "effect_scene hug_pro is made from two pictures, but one is given.",
            "Connect the second picture.",
        ),
        (
            ImageGeneration("a cat", image_reference="face"),
            "image_reference face is not possible with kling-v2-1. kling-v2-1 can do it with a reference picture.",
            "Change the values named and run again.",
        ),
        (
            ImageGeneration("a cat", resolution="4k"),
            "resolution 4k is not possible with kling-v2-1. Possible here: 1k, 2k.",
            "Change the values named and run again.",
        ),
        (
            ImageGeneration("a cat", aspect_ratio="auto"),
            "aspect_ratio auto is not possible with kling-v2-1. Possible here: 16:9, 9:16, 1:1, 4:3, 3:4, 3:2, 2:3, "
            "21:9.",
            "Change the values named and run again.",
        ),
        (
            OmniImage("a cat", result_type="series"),
            "result_type series is not possible with kling-image-o1. Possible here: single. Models that can: "
            "kling-v3-omni.",
            "Change the values named and run again.",
        ),
        (
            TryOnVideo(PICTURE, "a coat"),
            "Kling's own platform has no try-on as a clip.",
            "Make a picture with kolors-virtual-try-on, then a clip of it with image2video.",
        ),
    ],
)
def test_what_kling_cannot_do_is_refused_with_what_would_do(operation: Operation, what: str, advice: str) -> None:
    error = _refused(operation)
    assert (error.what, error.advice) == (what, advice)


def _refused(operation: Operation) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        check_operation(operation)
    assert str(caught.value).endswith("Not charged.")
    return caught.value


@pytest.mark.parametrize(
    ("operation", "limit"),
    [
        (OmniVideo("a", "kling-v3-omni"), 2500),
        (OmniVideo("a", "kling-3.0-omni"), 3072),
        (MotionControl(PICTURE, CLIP), 2500),
        (MultiImage2Video((PICTURE,), "a"), 2500),
        (VideoExtend("1"), 2500),
        (Avatar(PICTURE, SOUND), 2500),
        (ImageGeneration("a"), 2500),
        (OmniImage("a", aspect_ratio="1:1"), 2500),
        (MultiImage2Image((PICTURE,)), 2500),
        (ImageExpand(PICTURE, up_expansion_ratio=1), 2500),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_prompt_may_be_as_long_as_the_limit_and_no_longer(operation: Any, limit: int) -> None:
    check_operation(replace(operation, prompt="猫" * limit))
    error = _refused(replace(operation, prompt="猫" * (limit + 2)))
    assert f"prompt has {limit + 2} characters; " in error.what
    assert error.what.endswith(f" takes at most {limit}.")
    assert error.advice == "Shorten it by 2."


def test_the_shots_of_the_new_standard_must_fit_into_one_prompt() -> None:
    long = MultiShot(tuple(Shot("x" * 512, 1) for _ in range(6)))
    assert check_operation(Text2Video("", "kling-v3", duration=6, multi_shot=long)) == ()
    error = _refused(Text2Video("", "kling-3.0", duration=6, multi_shot=long))
    assert error.what == "The prompts of the shots have 3149 characters in all; kling-3.0 takes at most 3072."
    assert error.advice == "Shorten them by 77."


@pytest.mark.parametrize(
    ("operation", "warning"),
    [
        (
            MultiImage2Video((PICTURE,), "a cat"),
            "Kling announced the retirement of kling-v1-6 for 2026-09-15; it may refuse. Nearest live model: "
            "kling-v3-omni with omni-video, which takes up to 7 pictures.",
        ),
        (
            ImageGeneration("a cat", "kling-v2"),
            "Kling announced the retirement of kling-v2 for 2026-09-15; it may refuse. Nearest live model: kling-v2-1.",
        ),
        (
            VirtualTryOn(PICTURE, PICTURE, "kolors-virtual-try-on-v1-5"),
            "Kling announced the retirement of kolors-virtual-try-on-v1-5 for 2026-09-15; it may refuse. Nearest live "
            "model: virtual_try_on.",
        ),
        (
            Text2Video("a cat", "kling-v1", camera_control=CameraControl("simple", zoom=3)),
            "Kling announced the retirement of kling-v1 for 2026-09-15; it may refuse. No live model can do what is "
            "asked here.",
        ),
        (
            Image2Video(PICTURE, PICTURE, model_name="kling-v1"),
            "Kling announced the retirement of kling-v1 for 2026-09-15; it may refuse. Nearest live model: kling-v3.",
        ),
        (
            OmniVideo("rain", video_url=CLIP, refer_type="base"),
            "The clip will be as long as the one that is edited; duration is not used.",
        ),
        (
            Text2Video("<<<voice_1>>>", "kling-v2-6", mode="pro", sound=True, voice_list=("1",)),
            "Kling's pages disagree on voices with text2video; image2video takes them for certain.",
        ),
        (
            MotionControl(PICTURE, CLIP, model_name="kling-v3", character_orientation="image", element_list=("1",)),
            "With an element the person always faces as in the clip; character_orientation image has no effect.",
        ),
        (OmniImage("a cat"), "aspect_ratio auto follows pictures, and none is given; Kling chooses the ratio."),
        (
            ImageGeneration("a cat", "kling-v3", image=PICTURE, image_fidelity=0.9),
            "kling-v3 has neither image_fidelity nor human_fidelity; kling-v2-1 has.",
        ),
        (
            Effects("no_such_scene", (PICTURE,)),
            "effect_scene no_such_scene is not in our list; it is passed on and Kling decides.",
        ),
    ],
)
def test_the_user_is_told_what_will_be_otherwise_than_asked(operation: Operation, warning: str) -> None:
    assert check_operation(operation) == (warning,)


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        (Image2Video(PICTURE, prompt="a cat", element_list=("7",)), ["element_1"]),
        (Image2Video(PICTURE, None, "<<<element_2>>> runs", element_list=("7", "8", "9")), ["element_1", "element_3"]),
        (
            Image2Video(PICTURE, None, "hi", "kling-v2-6", "pro", sound=True, voice_list=("1", "2")),
            ["voice_1", "voice_2"],
        ),
        (OmniVideo("", element_list=("7",), multi_shot=MultiShot((Shot("a", 2), Shot("<<<element_1>>>", 3)))), []),
        (OmniVideo("@element_1的 hat", element_list=("7", "8")), ["element_2"]),
        (OmniImage("a hat", aspect_ratio="1:1", element_list=("7",)), ["element_1"]),
        (ImageGeneration("a hat", "kling-v3", element_list=("7",)), ["element_1"]),
    ],
)
def test_what_no_text_cites_is_told_and_what_becomes_of_it(operation: Operation, left: list[str]) -> None:
    effect = {"voice": "is charged all the same", "element": "may be ignored"}
    words = [name.partition("_")[0] for name in left]
    said = [
        f"The prompt does not cite <<<{name}>>>: that {word} {effect[word]}."
        for name, word in zip(left, words, strict=True)
    ]
    assert list(check_operation(operation)) == said


def test_a_clip_that_is_followed_with_the_new_standard_is_silent_and_may_be_cut() -> None:
    told = check_operation(OmniVideo("as <<<video_1>>>", "kling-3.0-omni", video_url=CLIP))
    assert told == (
        "kling-3.0-omni makes a silent clip here; keep_original_sound works with refer_type base.",
        "kling-3.0-omni may cut a clip with refer_type feature into several shots.",
    )
    quiet = OmniVideo(
        "a", "kling-3.0-omni", video_url=CLIP, keep_original_sound=False, multi_shot=MultiShot(shot_type="intelligence")
    )
    assert check_operation(quiet) == ()


def test_an_effect_that_kling_no_longer_lists_passes_with_its_last_day() -> None:
    scene = next(scene for scene in effects().values() if scene.retired)
    (warning,) = check_operation(Effects(scene.scene, (PICTURE,) * scene.pictures))
    assert warning == f"Kling no longer lists effect_scene {scene.scene} (since {scene.retired}); it may refuse."


@pytest.mark.parametrize("scene", effects().values(), ids=lambda scene: scene.scene)
def test_every_effect_takes_its_own_number_of_pictures_and_no_other(scene: Any) -> None:
    check_operation(Effects(scene.scene, (PICTURE,) * scene.pictures))
    assert scene.scene in _refused(Effects(scene.scene, (PICTURE,) * (3 - scene.pictures))).what


MAKERS: dict[str, Any] = {
    "omni-video": lambda model: OmniVideo("a", model),
    "motion-control": lambda model: MotionControl(PICTURE, CLIP, model_name=model),
    "multi-image2video": lambda model: MultiImage2Video((PICTURE,), "a", model_name=model),
    "generations": lambda model: ImageGeneration("a", model, image=PICTURE if model == "kling-v2-new" else None),
    "omni-image": lambda model: OmniImage("a", model, image=PICTURE),
    "multi-image2image": lambda model: MultiImage2Image((PICTURE,), model_name=model),
    "kolors-virtual-try-on": lambda model: VirtualTryOn(PICTURE, PICTURE, model),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_every_model_of_a_menu_can_be_used_and_a_retired_one_says_so(kind: str) -> None:
    for model in models_for(kind):
        told = check_operation(MAKERS[kind](model))
        assert bool(told) == bool(models_with(kind)[model].retired), (model, told)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_model_that_we_do_not_know_passes_with_a_warning(kind: str) -> None:
    (warning,) = check_operation(MAKERS[kind]("kling-v9"))
    assert warning == "Model kling-v9 is not in our tables; it is passed on as it is and Kling decides."


def test_check_video_is_the_same_check() -> None:
    assert check_video(Text2Video("a", "kling-3.0-turbo")) == ("kling-3.0-turbo always makes sound.",)
