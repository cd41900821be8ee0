"""One example for each thing that the video nodes can do."""

from __future__ import annotations

from .graph import Example, clip, load_image, node, picture, save_video, show, step

#: What is true wherever a node takes a VIDEO.
_UPLOADED = (
    "Kling takes a clip by URL alone: it is uploaded first, to the upload target of your profile in "
    "`user/__kling/profiles.toml`. In place of it, `video_url` takes a URL."
)
_UPLOADED_ZH = "视频需先上传到配置中的上传目标，或直接填「视频 URL」（video_url）。"


def _references() -> Example:
    girl = load_image()
    place = picture("A wide beach at sunset, pastel sky, no people")
    made = node(
        "KlingOmniVideo",
        prompt="The girl of <<<image_1>>> runs along the beach of <<<image_2>>> and waves at the camera",
        image_1=girl["IMAGE"],
        image_2=place["images"],
        decode="first",
    )
    return Example(
        "omni_video_with_references",
        ("Omni video with references", "参考图生视频"),
        "The prompt cites pictures by their numbers: who is seen, and where. Up to seven pictures and elements "
        "together; a first frame goes into `image` instead, an end frame into `end_image`.",
        "提示词用 <<<image_1>>>、<<<image_2>>> 引用图片：谁、在哪里。",
        (
            step("1  Pictures / 图片", girl, place),
            step("2  Clip / 视频", made),
            step("3  Save / 保存", save_video(made, "references")),
        ),
    )


def _edit() -> Example:
    shot = clip("A cyclist rides along a road between green fields in summer")
    made = node(
        "KlingOmniVideo",
        lasting=5,
        prompt="Turn the summer of <<<video_1>>> into deep winter, snow on the fields and on the road",
        video=shot["video"],
        refer_type="base",
        decode="first",
    )
    return Example(
        "omni_video_edit",
        ("Edit a clip", "视频编辑"),
        "`refer_type` *base* edits the clip that the prompt cites as `<<<video_1>>>`: it keeps its length and its "
        "movement. *feature* makes a new clip in its style instead.\n\n"
        f"{_UPLOADED} *Load Video* brings a clip of your own: mp4 or mov, 3 to 10 s.",
        f"编辑已有视频：「视频用途」（refer_type）选「编辑」（base）。{_UPLOADED_ZH}",
        (
            step("1  Clip / 视频", shot, save_video(shot, "before")),
            step("2  Edit / 编辑", made),
            step("3  Save / 保存", save_video(made, "edited")),
        ),
    )


def _shots() -> Example:
    shots = node(
        "KlingShots",
        prompt_1="A woman in a red coat walks through a rainy street at night, seen from afar",
        duration_1=3,
        prompt_2="Close-up: she looks up at a lit window",
        duration_2=2,
        prompt_3="Inside: a cat jumps from the window sill",
        duration_3=3,
    )
    made = clip(
        "", multi_shot=shots["multi_shot"], duration=shots["duration"], aspect_ratio="16:9", sound=True, lasting=8
    )
    return Example(
        "multi_shot_clip",
        ("A clip of several shots", "多镜头视频"),
        "One clip with cuts in it: each shot has its own text and seconds. The shots are as long as the clip, "
        "therefore `duration` is linked. Models of the 3.0 family; an empty prompt leaves a shot out.",
        "一段视频包含多个镜头，各有提示词与秒数；「时长」（duration）由分镜节点给出。",
        (
            step("1  Shots / 分镜", shots),
            step("2  Clip / 视频", made),
            step("3  Save / 保存", save_video(made, "shots")),
        ),
    )


def _several_pictures() -> Example:
    girl = load_image()
    place = picture("An old wooden tram on a hill street, early morning, no people")
    made = node(
        "KlingMultiImage2Video",
        prompt="The girl rides on the tram and looks out of the window",
        image_1=girl["IMAGE"],
        image_2=place["images"],
        decode="first",
    )
    return Example(
        "multi_image_to_video",
        ("Several pictures to a clip", "多图生视频"),
        "One to four pictures, of subjects or of a scene, come together in a clip.",
        "一到四张主体图或场景图生成一段视频。",
        (
            step("1  Pictures / 图片", girl, place),
            step("2  Clip / 视频", made),
            step("3  Save / 保存", save_video(made, "meeting")),
        ),
        first=(
            "Kling has this with `kling-v1-6` alone, and announced its end for 2026-09-15. Where step 2 is refused, "
            "the picture of step 1 is paid for by then. With a live model instead: *Kling Omni Video* with "
            "`kling-v3-omni` (workflow `omni_video_with_references`).",
            "可灵只有 `kling-v1-6` 支持多图生视频，已宣布它于 2026-09-15 下线。"
            "如果第 2 步被拒绝，第 1 步生成的图片此时已经付费。"
            "替代：「可灵 全能视频」（Kling Omni Video）与 `kling-v3-omni`（见 `omni_video_with_references`）。",
        ),
    )


def _motion() -> Example:
    dancer = clip("One dancer, full body, dances facing the camera in an empty studio, the camera does not move")
    girl = load_image("Who is to move / 谁来动")
    made = node(
        "KlingMotionControl",
        lasting=5,
        image=girl["IMAGE"],
        video=dancer["video"],
        prompt="A meadow under a blue sky",
        decode="first",
    )
    return Example(
        "motion_control",
        ("Motion control", "动作控制"),
        "The person of the picture moves as the person of the clip does. The result is as long as the clip. Put *Load "
        "Video* in the place of the first node for a clip of your own: 3 to 30 s, one person, head to foot.\n\n"
        f"{_UPLOADED}",
        f"图片中的人物按视频里的动作运动。{_UPLOADED_ZH}",
        (
            step("1  Movement and person / 动作和人物", dancer, girl),
            step("2  Motion control / 动作控制", made),
            step("3  Save / 保存", save_video(made, "motion")),
        ),
    )


def _effect() -> Example:
    girl = load_image("The person on the left / 左边的人")
    friend = picture(
        "Portrait photo of a laughing grandmother, shoulders up",
        aspect_ratio="1:1",
        title="The person on the right / 右边的人",
    )
    made = node(
        "KlingVideoEffects",
        effect_scene="hug_pro",
        image_1=girl["IMAGE"],
        image_2=friend["images"],
        decode="first",
    )
    return Example(
        "video_effects",
        ("Video effects", "视频特效"),
        "A ready-made scene: two people hug. The tooltip of `effect_scene` names the scenes that take two pictures; "
        "the others take one: disconnect `image_2`. What a scene costs is told by Kling's own price list alone.",
        "现成的特效场景：两人拥抱。只需一张图的场景请断开「图片 2」（image_2）。",
        (
            step("1  Two people / 两个人", girl, friend),
            step("2  Scene / 特效场景", made),
            step("3  Save / 保存", save_video(made, "effect")),
        ),
    )


def _going_on() -> Example:
    first = clip("A red balloon rises over the roofs of an old town in the morning")
    last = node("KlingLastFrame", video=first["video"])
    second = node("KlingImage2Video", image=last["image"], prompt="The balloon drifts out over the sea", decode="first")
    return Example(
        "go_on_from_the_last_frame",
        ("Go on from the last frame", "接着尾帧继续"),
        "The second clip begins on the last frame of the first. This works with every model, also with those that "
        "*Kling Video Extend* cannot go on from. Taking the frame costs nothing.",
        "第二段视频从第一段的尾帧开始，适用于所有模型。",
        (
            step("1  First clip / 第一段视频", first, save_video(first, "part_1")),
            step("2  Its last frame / 它的尾帧", last, show(last, "image")),
            step("3  It goes on / 继续", second, save_video(second, "part_2")),
        ),
    )


def _upscale() -> Example:
    shot = clip("Slow flight over a coral reef, small fish, soft light", sound=True)
    frames = node("KlingVideoFrames", video=shot["video"], start=0, count=48)
    loader = node("UpscaleModelLoader", model_name="RealESRGAN_x2.pth")
    large = node("ImageUpscaleWithModel", upscale_model=loader["UPSCALE_MODEL"], image=frames["images"])
    heard = node("TrimAudioDuration", audio=shot["audio"], start_index=0.0, duration=2.0)
    part = node("CreateVideo", images=large["IMAGE"], audio=heard["AUDIO"], fps=24.0)
    return Example(
        "upscale_in_parts",
        ("Upscale in parts", "分段放大"),
        "A clip that is too long for your memory is upscaled 2 s at a time. Run, then add 48 to `start` and 2 to "
        "`start_index`, and run again until the clip is done. The clip is paid for once.\n\n"
        "**Memory** of a part of 48 frames of 720p: 0.5 GB, and 2.1 GB at 2x, 8.5 GB at 4x. Needs a model in "
        "`models/upscale_models`. Any editor joins the parts.",
        "每次只放大 48 帧：每次运行后「起始帧」（start）加 48，start_index 加 2。视频只付费一次。",
        (
            step("1  Clip / 视频", shot),
            step("2  One part / 其中一段", frames, loader, large, heard),
            step("3  Save / 保存", part, save_video(part, "upscaled_part", "VIDEO")),
        ),
    )


VIDEOS = (
    _references(),
    _edit(),
    _shots(),
    _several_pictures(),
    _motion(),
    _effect(),
    _going_on(),
    _upscale(),
)
