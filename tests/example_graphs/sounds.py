"""Examples of speech, sounds and voices."""

from __future__ import annotations

from .graph import Example, clip, node, picture, save_audio, save_video, show, step


def _speech() -> Example:
    english = node(
        "KlingTextToSpeech",
        "English / 英文",
        text="The next train to the coast leaves in ten minutes, from platform four.",
        voice_id="calm_story1",
        voice_language="en",
    )
    chinese = node(
        "KlingTextToSpeech",
        "Chinese / 中文",
        text="开往海边的下一班列车十分钟后从四号站台发车。",
        voice_id="ai_kaiya",
        voice_language="zh",
        voice_speed=0.9,
    )
    return Example(
        "text_to_speech",
        ("Text to speech", "文字转语音"),
        "A voice speaks up to 1000 characters; the answer comes at once. Each voice speaks Chinese or English, some "
        "speak both. `audio_id` hands the speech to *Kling Lip Sync* and *Kling Avatar* without an upload.",
        "文字转语音，中英文音色；「音频 ID」（audio_id）可直接用于口型同步（对口型）和数字人。",
        (
            step("1  Speech / 语音", english, chinese),
            step("2  Save / 保存", save_audio(english, "en"), save_audio(chinese, "zh")),
        ),
    )


def _sounds() -> Example:
    rain = node("KlingTextToAudio", prompt="Heavy rain on a tin roof, distant thunder", duration=8.0)
    shot = clip("A steam train crosses a stone bridge in the mountains")
    heard = node(
        "KlingVideoToAudio",
        video_id=shot["video_id"],
        sound_effect_prompt="Steam engine, wheels on rails, wind",
        bgm_prompt="Calm orchestra with horns",
        decode="first",
    )
    return Example(
        "sound_effects_and_music",
        ("Sound effects and music", "音效与配乐"),
        "Below, a sound from words, 3 to 10 s. Above, a silent clip of 3 to 20 s gets sound effects and music; it is "
        "handed on by its `video_id`, so that nothing is uploaded.",
        "视频配音效与音乐（用「视频 ID」传递，无需上传），以及文字生成音效。",
        (
            step("1  Clip, and words / 视频和文字", shot, rain),
            step("2  Its sound / 配上声音", heard),
            step("3  Save / 保存", save_video(heard, "with_sound"), save_audio(rain, "rain")),
        ),
    )


def _voice() -> Example:
    speech = node(
        "KlingTextToSpeech",
        "In place of your recording / 代替录音",
        text="I was born in a small town by the sea. My father mended nets, and in the evening he told us stories "
        "about the winter of the great storm.",
        voice_id="uk_man2",
        voice_language="en",
    )
    voice = node("KlingVoice", voice_name="Narrator", audio=speech["audio"])
    speaker = picture("Photo of an old fisherman who mends a net on the quay, his face well visible, morning light")
    made = node(
        "KlingImage2Video",
        image=speaker["images"],
        prompt="The fisherman looks up from his net. <<<voice_1>>> says: the sea gives, and the sea takes.",
        model_name="kling-v2-6",
        mode="pro",
        sound=True,
        voice_1=voice["voice"],
        decode="first",
    )
    return Example(
        "own_voice",
        ("A clip with a voice of your own", "自定义音色"),
        "Put *Load Audio* in the place of the speech: 5 to 30 s in which one person speaks, without music. The voice "
        "is made once; write down `voice_id` and use it in other graphs.\n\n"
        "Kling takes the recording by URL alone: it is uploaded first, to the upload target of your profile in "
        "`user/__kling/profiles.toml`. Without one, give `video_id`: a clip of your account in which the voice is "
        "heard.\n\n"
        "From a picture, `kling-v2-6` and `kling-2.6` take voices; from a text, `kling-v2-6` alone; in mode pro, with "
        "sound. Clone nobody's voice without their consent.",
        "用 5 到 30 秒录音克隆音色，图生视频里用 <<<voice_1>>> 说话（kling-v2-6 或 kling-2.6，pro，开启声音）。"
        "录音需先上传，也可改用「视频 ID」（video_id）。"
        "未经本人同意请勿克隆。",
        (
            step("1  Recording and voice / 录音和音色", speech, voice, save_audio(voice, "trial")),
            step("2  Who speaks / 谁在说话", speaker, show(speaker)),
            step("3  Clip / 视频", made),
            step("4  Save / 保存", save_video(made, "own_voice")),
        ),
    )


SOUNDS = (_speech(), _sounds(), _voice())
