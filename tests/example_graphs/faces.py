"""Examples of faces that speak."""

from __future__ import annotations

from .graph import Example, clip, node, picture, save_video, show, step


def _avatar() -> Example:
    portrait = picture(
        "Portrait photo of a friendly news presenter at a desk, looking into the camera, shoulders up",
        aspect_ratio="1:1",
    )
    made = node(
        "KlingAvatar",
        lasting=8,
        image=portrait["images"],
        prompt="He speaks calmly and smiles at the end",
        text="Good evening. The weather of the week: sun until Thursday, then clouds, and rain on Saturday.",
        voice_id="oversea_male1",
        voice_language="en",
        decode="first",
    )
    return Example(
        "avatar_from_text",
        ("Avatar from a text", "数字人"),
        "A portrait says a text. The clip is as long as the speech, and each second is paid for; this text takes "
        "about 8 s. With *Load Audio* in `audio` and an empty `text`, it says or sings a recording of 2 to 300 s.",
        "人像念出文本，时长等于语音（此处按 8 秒估算）。也可以接入录音。",
        (
            step("1  Portrait / 人像", portrait, show(portrait)),
            step("2  Avatar / 数字人", made),
            step("3  Save / 保存", save_video(made, "avatar")),
        ),
    )


def _lips_from_text() -> Example:
    shot = clip("Close-up of a man in a workshop, he looks into the camera, the camera does not move")
    made = node(
        "KlingLipSync",
        lasting=4,
        video_id=shot["video_id"],
        text="This chair took me three weeks, and every hour was worth it.",
        voice_id="uk_man2",
        voice_language="en",
        decode="first",
    )
    return Example(
        "lip_sync_from_text",
        ("Lip sync from a text", "文本口型同步"),
        "The clip is handed on by its `video_id`, so that nothing is uploaded. The text is spoken first (0.05 units) "
        "and must be at least 2 s and end before the clip does. With several faces, `face_index` says who speaks: "
        "0 is the first.",
        "用文本做口型同步（对口型）：视频通过「视频 ID」（video_id）传递，无需上传。"
        "多张脸时用「人脸序号」（face_index）选择。",
        (
            step("1  Clip / 视频", shot),
            step("2  Speech and lips / 语音和口型", made),
            step("3  Save / 保存", save_video(made, "lips")),
        ),
    )


def _lips_from_audio() -> Example:
    shot = clip("Close-up of a woman in a garden, she looks into the camera, birdsong", sound=True)
    speech = node(
        "KlingTextToSpeech",
        text="These roses are older than I am. My grandmother planted them.",
        voice_id="you_pingjing",
        voice_language="en",
    )
    made = node(
        "KlingLipSync",
        lasting=4,
        video_id=shot["video_id"],
        audio=speech["audio"],
        sound_insert_time=500,
        original_audio_volume=0.4,
        decode="first",
    )
    return Example(
        "lip_sync_from_audio",
        ("Lip sync from a recording", "音频口型同步"),
        "Any AUDIO drives the lips: put *Load Audio* with your own recording in the place of the speech. It begins "
        "half a second into the clip (`sound_insert_time`, in milliseconds), and the clip's own sound stays under it "
        "(`original_audio_volume`).",
        "用音频做口型同步（对口型）：可把语音节点换成「加载音频」（Load Audio）。"
        "声音从 0.5 秒开始，并保留低音量的原声。",
        (
            step("1  Clip and sound / 视频和声音", shot, speech),
            step("2  Lips / 口型", made),
            step("3  Save / 保存", save_video(made, "lips_from_audio")),
        ),
    )


FACES = (_avatar(), _lips_from_text(), _lips_from_audio())
