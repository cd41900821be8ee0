"""Three real productions, from the first picture to the file that is handed in."""

from __future__ import annotations

from .graph import Example, node, picture, save_video, show, step

#: Before the two that have a step for a model that retires.
_STORYBOARD_FIRST = (
    "steps 2 and 3 need `kling-v1-6`, because Kling extends clips of that model and older ones alone, and "
    "Kling announced its end for 2026-09-15. Where step 2 is refused, the two pictures of step 1 are paid for "
    "by then.\n\n"
    "With `kling-v3` instead: choose it in step 2, and put *Kling Last Frame* and a new *Kling Image to Video* "
    "(`kling-v3`) in the place of *Kling Video Extend*. `video` of step 2 goes into *Kling Last Frame*, its "
    "`image` into the new node, the `video_id` of the new node into *Kling Video to Audio*. In step 5, set "
    "`fps` to 24 and the `duration` of the sound to 2. The second part is then a clip of its own, and it is "
    "the one that gets sound: save the first with another *Save Video*, as in the workflow "
    "`go_on_from_the_last_frame`.",
    "第 2、3 步需要 `kling-v1-6`（可灵只延长该模型及更早模型的视频），可灵已宣布它于 2026-09-15 下线。"
    "如果第 2 步被拒绝，第 1 步的两张图片此时已经付费。\n\n"
    "改用 `kling-v3`：在第 2 步选择它，并用「可灵 取尾帧」加一个新的「可灵 图生视频」（`kling-v3`）"
    "代替「可灵 视频延长」。第 2 步的「视频」接到「可灵 取尾帧」，它的「尾帧」接到新节点的「首帧」，新节点的"
    "「视频 ID」接到「可灵 视频生音效」。第 5 步的帧率（fps）改为 24，声音的时长（duration）改为 2。"
    "这时后半部分是单独的一段视频，音效也只配给它；前一段请再用一个「保存视频」（Save Video）保存"
    "（见 `go_on_from_the_last_frame`）。",
)
_PRODUCT_SHOT_FIRST = (
    "step 3 needs `kling-v1-5`, which alone has a camera control for pictures (pro, 5 s), and Kling announced "
    "its end for 2026-09-15. Where step 3 is refused, the two pictures of step 1 and the try-on of step 2 are "
    "paid for by then.\n\n"
    "With `kling-v3` instead: choose it in *Kling Image to Video* of step 3, disconnect `camera_control`, and "
    "write the move into the prompt, such as: *the camera pushes in slowly*.",
    "第 3 步需要 `kling-v1-5`（只有它支持图生视频的运镜，pro，5 秒），可灵已宣布它于 2026-09-15 下线。"
    "如果第 3 步被拒绝，第 1 步的两张图片和第 2 步的虚拟试穿此时已经付费。\n\n"
    "改用 `kling-v3`：在第 3 步的「可灵 图生视频」中选择它，断开「运镜」（camera_control），"
    "把运镜写进提示词，例如“镜头缓缓推近”。",
)


def _storyboard() -> Example:
    start = picture("A white lighthouse on a cliff at dusk, calm sea, film still", title="First picture / 首帧图")
    end = node(
        "KlingOmniImage",
        "Last picture / 尾帧图",
        prompt="<<<image_1>>> two hours later: night, stars, the lamp of the lighthouse is lit",
        aspect_ratio="16:9",
        image=start["images"],
    )
    shot = node(
        "KlingImage2Video",
        image=start["images"],
        end_image=end["images"],
        prompt="Dusk turns into night, the lamp begins to turn",
        model_name="kling-v1-6",
        mode="pro",
        decode="first",
    )
    longer = node(
        "KlingVideoExtend",
        video_id=shot["video_id"],
        prompt="A ship passes on the horizon",
        decode="first",
    )
    sound = node(
        "KlingVideoToAudio",
        video_id=longer["video_id"],
        sound_effect_prompt="Waves against rocks, wind",
        bgm_prompt="Slow, quiet strings",
        decode="first",
    )
    frames = node("KlingVideoFrames", video=sound["video"], start=0, count=48)
    loader = node("UpscaleModelLoader", model_name="RealESRGAN_x2.pth")
    large = node("ImageUpscaleWithModel", upscale_model=loader["UPSCALE_MODEL"], image=frames["images"])
    heard = node("TrimAudioDuration", audio=sound["audio"], start_index=0.0, duration=1.6)
    video = node("CreateVideo", images=large["IMAGE"], audio=heard["AUDIO"], fps=30.0)
    return Example(
        "production_storyboard",
        ("Production: storyboard", "成片：分镜"),
        "Two pictures of a storyboard become a scene: the clip goes from the one to the other, goes on for 5 s, gets "
        "sound, and is saved as it is; a part of it is upscaled on your machine.\n\n"
        "**Upscaling** needs a model in `models/upscale_models`, chosen in step 5. `count` 48 takes 1.6 s to look at: "
        "each 1080p frame is 25 MB, and 100 MB at 2x, so the whole clip would be 7.5 GB and 30 GB. The workflow "
        "`upscale_in_parts` shows how to do it all. Without such a model, ComfyUI refuses step 5 alone: the rest runs, "
        "is paid for, and is saved by step 4.",
        "分镜的首尾两张图生成视频，延长，配音效与音乐，保存，再用本地模型放大一段。"
        "没有放大模型时，ComfyUI 只拒绝第 5 步，其余照常运行、扣费，并由第 4 步保存。",
        (
            step("1  Two pictures / 两张图片", start, end),
            step("2  From one to the other / 首尾帧", shot, show(start), show(end)),
            step("3  Go on, add sound / 延长并配音", longer, sound),
            step("4  Save / 保存", save_video(sound, "storyboard")),
            step("5  Upscale / 放大", frames, loader, large, heard, video, save_video(video, "storyboard_x2", "VIDEO")),
        ),
        first=_STORYBOARD_FIRST,
    )


def _talking_head() -> Example:
    portrait = picture(
        "Portrait photo of a young woman in a bright office, looking into the camera, mouth closed, soft light",
        aspect_ratio="1:1",
    )
    shot = node(
        "KlingImage2Video",
        image=portrait["images"],
        prompt="She looks into the camera with small natural movements of the head, the camera does not move",
        duration=8,
        decode="first",
    )
    spoken = node(
        "KlingLipSync",
        lasting=5,
        video_id=shot["video_id"],
        text="Hello, and welcome. In the next two minutes you will see what is new.",
        voice_id="girlfriend_4_speech02",
        voice_language="en",
        sound_insert_time=500,
        decode="first",
    )
    return Example(
        "production_talking_head",
        ("Production: talking head", "成片：口播"),
        "A portrait becomes a clip, and the clip speaks your text: *Kling Lip Sync* has the text spoken first, then "
        "moves the lips. Nothing is uploaded: the nodes hand on `video_id`.\n\n"
        "The speech must end before the clip does: a longer text needs a longer `duration`. *Kling Avatar* "
        "(workflow `avatar_from_text`) makes picture and text into a clip in one step, as long as the text.",
        "生成人像，图生视频，再用文本做口型同步（对口型）。语音必须短于视频。",
        (
            step("1  Portrait / 人像", portrait, show(portrait)),
            step("2  Clip / 视频", shot),
            step("3  Speech / 说话", spoken),
            step("4  Save / 保存", save_video(spoken, "talking_head")),
        ),
    )


def _product_shot() -> Example:
    person = picture(
        "Full-length studio photo of a man in a plain white T-shirt and jeans, grey background, facing the camera",
        aspect_ratio="3:4",
        title="Person / 人物",
    )
    garment = picture(
        "Product photo of a dark green wool coat, laid flat, front side, white background",
        aspect_ratio="3:4",
        title="Garment / 服装",
    )
    dressed = node("KlingVirtualTryOn", human_image=person["images"], cloth_image=garment["images"])
    move = node("KlingCameraPreset", move="push in", strength=3.0)
    shot = node(
        "KlingImage2Video",
        image=dressed["images"],
        prompt="The man turns slightly and shows the coat, studio light",
        model_name="kling-v1-5",
        mode="pro",
        camera_control=move["camera_control"],
        decode="first",
    )
    return Example(
        "production_product_shot",
        ("Production: product shot", "成片：商品展示"),
        "A person puts on a garment, and a camera moves towards them. Put *Load Image* with your own photos in the "
        "place of the two generated pictures: at least 300 and at most 2048 pixels on each side.",
        "人物穿上服装（虚拟试穿），再图生视频并运镜。可以用「加载图像」（Load Image）换上自己的照片，"
        "边长 300 到 2048 像素。",
        (
            step("1  Person and garment / 人物和服装", person, garment),
            step("2  Try-on / 试穿", dressed, show(dressed)),
            step("3  Camera and clip / 运镜和视频", move, shot),
            step("4  Save / 保存", save_video(shot, "product_shot")),
        ),
        first=_PRODUCT_SHOT_FIRST,
    )


PRODUCTIONS = (_storyboard(), _talking_head(), _product_shot())
