"""The first examples: what most people do first, and what they need when something was cut off."""

from __future__ import annotations

from .graph import Example, clip, load_image, node, save_video, show, step


def _text_to_video() -> Example:
    made = clip(
        "A paper boat drifts down a quiet river at dawn, mist over the water, slow cinematic camera, birdsong",
        sound=True,
    )
    return Example(
        "text_to_video",
        ("Text to video", "文生视频"),
        "A prompt becomes a clip with sound. The default profile pays. Same inputs + same seed = the same job: it is "
        "paid for once.",
        "文字生成视频。参数与「种子」（seed）都相同，就是同一个任务，只付费一次。",
        (step("", made), step("", save_video(made, "text_to_video"), show(made, "frames"))),
    )


def _camera_and_end_frame() -> Example:
    start = load_image()
    camera = node("KlingCameraControl", pan=5.0)
    away = node(
        "KlingImage2Video",
        image=start["IMAGE"],
        camera_control=camera["camera_control"],
        prompt="The camera pans slowly to the right, leaves move in the wind",
        model_name="kling-v1-5",
        mode="pro",
        decode="last",
    )
    back = node(
        "KlingImage2Video",
        image=away["frames"],
        end_image=start["IMAGE"],
        prompt="The view glides back to where it began",
        sound=True,
        decode="last",
    )
    return Example(
        "image_to_video_camera_and_end_frame",
        ("Camera move, then back", "运镜与首尾帧"),
        "1. The camera pans away from the picture.\n"
        "2. The last frame of clip 1 is the first frame of clip 2, and the picture is its end frame, so the two clips "
        "close a circle.\n\n"
        "An end frame and a camera move cannot be used in one clip.",
        "先运镜离开图片，再用首尾帧回到原图。尾帧与运镜不能同时使用。",
        (
            step("1  Start / 开始", start, camera),
            step("2  Away / 运镜离开", away, save_video(away, "camera")),
            step("3  And back / 回到原图", back, save_video(back, "end_frame")),
            step("", show(back, "frames")),
        ),
        first=(
            "step 2 needs `kling-v1-5`, which alone has a camera control for pictures (pro, 5 s), and Kling announced "
            "its end for 2026-09-15. Where it is refused, nothing is paid for by then. With `kling-v3` instead: choose "
            "it in step 2 and disconnect `camera_control`; the prompt tells the move already.",
            "第 2 步需要 `kling-v1-5`（只有它支持图生视频的运镜，pro，5 秒），可灵已宣布它于 2026-09-15 下线；"
            "如果被拒绝，此时还没有付费。改用 `kling-v3`：在第 2 步选择它，断开「运镜」（camera_control），"
            "提示词里已经写了运镜。",
        ),
    )


def _collect() -> Example:
    job = node("KlingCollect", decode="last")
    return Example(
        "collect_a_job",
        ("Collect a job", "取回任务"),
        "Fetches what was ordered before: stopped, cut off by a restart, or made in another graph. It orders nothing. "
        "Of a job that made pictures or a sound, disconnect *Save Video*, and save what there is.\n\n"
        "**Where keys are found**: the tab *Kling* at the side lists all jobs and adds this node with the key in it. "
        "The Kling node shows *task ...* while it waits, its `task_id` output gives it, an error names *job* and "
        "*task id*, and a file in `results/` is named after its job (`kn-....mp4`). Put either into *key*.\n\n"
        "A task made **elsewhere** with your account (by another program or machine): its task id, and in *operation* "
        "what made it. Kling keeps results for 30 days.",
        "已下单的任务（停止、重启或其他工作流）在此免费取回："
        "在「任务键或任务 ID」（key）里填任务键（`kn-...`）或任务 ID。"
        "侧边栏「可灵」列出所有任务，也能直接加好这个节点。在别处创建的任务，还需选择「任务类型」（operation）。",
        (step("", job), step("", save_video(job, "collected"), show(job, "frames"))),
    )


def _upscale() -> Example:
    made = clip("Macro shot of rain drops on a green leaf, soft light, gentle rain sound", sound=True, decode="all")
    loader = node("UpscaleModelLoader")
    large = node("ImageUpscaleWithModel", upscale_model=loader["UPSCALE_MODEL"], image=made["frames"])
    video = node("CreateVideo", images=large["IMAGE"], audio=made["audio"], fps=24.0)
    return Example(
        "upscale_frames_keep_sound",
        ("Upscale on your own machine, keep the sound", "本地放大并保留原声"),
        "Put an upscale model into `models/upscale_models` and choose it in step 2.\n\n"
        "**Memory**: a 720p frame takes 11 MB, at 2x 44 MB, at 4x 177 MB. 5 s are 120 frames: 1.3 GB in, 5.3 GB out at "
        "2x, 21 GB at 4x. If that is too much, take a 2x model or the workflow `upscale_in_parts`.\n\n"
        "*fps* must be the clip's own rate (24 with kling-v3).",
        "用本地模型放大所有帧并保留原声。内存：4 倍放大 5 秒约需 21 GB。",
        (
            step("1  Clip / 视频", made),
            step("2  Upscale / 放大", loader, large),
            step("3  Save / 保存", video, save_video(video, "upscaled", "VIDEO")),
        ),
    )


BASICS = (_text_to_video(), _camera_and_end_frame(), _collect(), _upscale())
