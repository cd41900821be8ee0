"""Which operations there are, and what binds their fields: lengths, counts, words. Menus show it, operations check it.

Names and numbers alone: whoever only shows a menu need not load the operations.
"""

from __future__ import annotations

#: What can be asked, by the last part of Kling's own path; in the order of `operations.OPERATIONS`.
KINDS = (
    *("text2video", "image2video", "omni-video", "multi-image2video", "motion-control", "video-extend", "effects"),
    *("avatar/image2video", "advanced-lip-sync", "try-on-video"),
    *("generations", "omni-image", "multi-image2image", "editing/expand", "kolors-virtual-try-on"),
    *("image-recognize", "ai-multi-shot"),
    *("tts", "text-to-audio", "video-to-audio", "custom-voices", "advanced-custom-elements"),
)
#: What also makes clips at Kling, by its paths: nothing of ours orders it, but its tasks can be collected.
ONLY_COLLECTED = ("multi-elements", "lip-sync")

#: ComfyUI's own range of a seed.
MAX_SEED = 0xFFFFFFFFFFFFFFFF

CAMERA_AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
CAMERA_TYPES = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")
CAMERA_LIMIT = 10.0

#: Official docs (2026-02-25 on): the most shots of a clip, and the most characters of one shot's prompt.
MOST_SHOTS = 6
LONGEST_SHOT_PROMPT = 512
SHOT_TYPES = ("customize", "intelligence")

#: What the clip of an omni video is for.
REFER_TYPES = ("feature", "base")
#: Pictures and elements of an omni video together, without and with a clip (official docs, 2026-02).
MOST_REFERENCES, MOST_BESIDE_CLIP = 7, 4

VOICE_LANGUAGES = ("zh", "en")
#: Characters (official docs, 2026-02).
LONGEST_SPEECH, LONGEST_SOUND_PROMPT = 1000, 200
#: Characters of what an account keeps (official docs, 2026-02).
LONGEST_NAME, LONGEST_DESCRIPTION = 20, 100
#: The shortest piece of sound of a lip sync (official docs, 2026-02), in milliseconds.
SHORTEST_SOUND = 2000
