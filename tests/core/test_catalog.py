"""The catalogues against what Kling says of them: numbers, the scenes of its update log, the voices of its client."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from kling_api.catalog import effect_scenes, effects, element_tags, voice, voices

#: Kling's update log (copy of 2026-09-20): the day, the new scenes that it names.
LAUNCHED = {
    "2026-09-04": "net_the_fish birthday_board summer_fireworks blow_blaze champagne_birthday pet_working_daily "
    "pet_roll_window pet_crash_earth",
    "2026-08-21": "makeup_style hair_dressup barbie_transform",
    "2026-08-10": "magic_world_vlog_9_16",
    "2026-08-03": "critter_paste wiggle_faces_pets paw_headbang",
    "2026-07-24": "food_splash dj_pet pet_diving disco_paws pet_fitness j_var_live pet_burst idol_live",
    "2026-07-03": "african_sway jealousy_sway chubby_fish shrug_dance",
    "2026-06-25": "soccer_star",
    "2026-06-18": "bra_hot_dance arg_hot_dance fra_hot_dance bra_goal arg_goal por_goal victory_slide samba_fever",
    "2026-06-12": "bicycle_kick football_dance_2 red_card_sent_off",
    "2026-06-05": "football_dance magic_world_vlog air_dunk whirling_beverage_9_16",
    "2026-05": "tennis_trend tennis_trend_9_16 football_live_9_16 whirling_beverage f1_live football_live "
    "korean_baseball_9_16 spielberg_transition korean_baseball pet_skateboard daily_ootd",
    "2026-04-24": "tiny_beast_printer landmark_reveal winter_charm flash_ride shooting_star sovereign_scepter "
    "return_of_the_king minimalist_light martial_meow knock_at_a_door_revenge sassy_shake",
    "2026-04-08": "perler_beads spring_bloom palm_sized_figure_pro prank_box lucky_veggie toss_run switch_to_silk "
    "studio_look",
    "2026-03-18": "flash_drive shush_my_dreams french_elegance finger_swipe advent_of_flora smooth_transition",
}
#: The same log: scenes that it says are updated on 2026-09-10, and scenes with the day on which they ended.
UPDATED = (
    "3d_cartoon_2 guardian_spirit pet_dance running_man pet_moto_rider swing_swing day_to_night throne_of_king "
    "skateskate surfsurf"
)
ENDED = {
    "2025-12-30": "celebration c4d_cartoon",
    "2026-01-30": "kiss fight hug thumbs_up tiger_hug pet_lion 3d_cartoon_1",
}
OF_TWO = (
    "pet_skateboard daily_ootd toss_run switch_to_silk studio_look french_elegance finger_swipe smooth_transition "
    "kiss_pro snow_night_kiss eternal_kiss cheers_2026 fight_pro hug_pro heart_gesture_pro"
)
SPEAKS_BOTH = (
    "genshin_vindi2 zhinen_xuesheng ai_shatang genshin_klee2 genshin_kirara ai_kaiya ai_chenjiahao_712 "
    "chat1_female_new-3 cartoon-boy-07 cartoon-girl-01 ai_huangyaoshi_712 you_pingjing ai_laoguowang_712 "
    "chengshu_jiejie laopopo_speech02 heainainai_speech02"
)


def live(pictures: int) -> list[str]:
    return [scene for scene in effect_scenes(pictures) if not effects()[scene].retired]


def test_there_are_as_many_live_scenes_as_kling_says() -> None:
    assert (len(live(1)), len(live(2))) == (204, 15)


def test_the_live_scenes_of_two_pictures_are_those_of_the_page() -> None:
    assert sorted(live(2)) == sorted(OF_TWO.split())


@pytest.mark.parametrize("day", LAUNCHED)
def test_a_scene_that_the_update_log_brings_is_live(day: str) -> None:
    assert [scene for scene in LAUNCHED[day].split() if effects()[scene].retired] == []


def test_a_scene_that_was_updated_days_before_the_retirement_is_live() -> None:
    assert [scene for scene in UPDATED.split() if effects()[scene].retired] == []


@pytest.mark.parametrize("day", ENDED)
def test_a_scene_that_the_update_log_ends_has_that_day(day: str) -> None:
    ended = [scene for scene, effect in effects().items() if effect.retired == day]
    assert sorted(ended) == sorted(ENDED[day].split())


def test_no_scene_is_retired_after_the_day_on_which_the_page_was_read_and_not_more_than_were_announced() -> None:
    days = Counter(effect.retired for effect in effects().values() if effect.retired)
    assert all(re.fullmatch(r"202[56]-\d\d-\d\d", day) and day <= "2026-09-20" for day in days)
    assert days["2026-09-15"] == 99 < 119


def test_every_scene_stands_once_and_is_written_as_the_page_writes_it() -> None:
    odd = [scene for scene in effects() if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", scene)]
    assert odd == ["let\u2019s_ride"]
    assert (len(effect_scenes(1)), len(effect_scenes(2)), len(effects())) == (312, 19, 331)
    assert [effect.scene for effect in effects().values()] == list(effects())


@pytest.mark.parametrize("pictures", [1, 2])
def test_a_menu_shows_the_live_scenes_first(pictures: int) -> None:
    states = [bool(effects()[scene].retired) for scene in effect_scenes(pictures)]
    assert states == sorted(states)
    assert set(states) == {False, True}


def test_no_scene_is_made_from_another_number_of_pictures() -> None:
    assert effect_scenes(0) == effect_scenes(3) == ()


def test_a_duration_is_known_for_scenes_of_the_time_when_the_page_had_that_field() -> None:
    assert {effect.duration for effect in effects().values()} == {(), ("5",), ("5", "10")}
    both = {scene for scene, effect in effects().items() if effect.duration == ("5", "10")}
    assert both == {"hug", "kiss", "heart_gesture", "fight"}
    assert effects()["net_the_fish"].duration == ()
    assert effects()["hug_pro"].duration == ("5",)


def test_there_are_as_many_voices_as_in_klings_own_client() -> None:
    assert (len(voices("zh")), len(voices("en")), len(voices())) == (35, 27, 62)
    assert len({entry.id for entry in voices()}) == 46
    assert voices("fr") == ()


def test_a_voice_stands_once_in_a_language_and_only_the_known_ones_speak_both() -> None:
    assert max(Counter((entry.id, entry.language) for entry in voices()).values()) == 1
    both = {entry.id for entry in voices("zh")} & {entry.id for entry in voices("en")}
    assert both == set(SPEAKS_BOTH.split())


def test_the_name_of_a_voice_is_in_its_language() -> None:
    assert all(entry.name.isascii() == (entry.language == "en") for entry in voices())


@pytest.mark.parametrize(
    ("id", "language", "name"),
    [
        ("genshin_vindi2", "", "阳光少年"),
        ("genshin_vindi2", "zh", "阳光少年"),
        ("genshin_vindi2", "en", "Sunny"),
        ("oversea_male1", "", "Anchor"),
        ("guanxiaofang-v2", "zh", "元气少女"),
        ("commercial_lady_en_f-v1", "en", "Commercial Lady"),
    ],
)
def test_a_voice_is_found_by_its_id_and_language(id: str, language: str, name: str) -> None:
    found = voice(id, language)
    assert found is not None
    assert (found.id, found.name) == (id, name)


def test_a_voice_that_is_not_in_the_catalogue_or_not_in_the_language_is_none() -> None:
    assert voice("nobody") is None
    assert voice("") is None
    assert voice("oversea_male1", "zh") is None


def test_the_tags_of_elements_are_those_of_the_page() -> None:
    assert list(element_tags()) == [f"o_{number}" for number in range(101, 109)]
    words = ["Hottest", "Character", "Animal", "Item", "Costume", "Scene", "Effect", "Others"]
    assert list(element_tags().values()) == words


@pytest.mark.parametrize("table", [effects(), element_tags()], ids=["effects", "element_tags"])
def test_a_catalogue_cannot_be_changed(table: Mapping[str, Any]) -> None:
    with pytest.raises(TypeError):
        table["x"] = "y"  # pyright: ignore[reportIndexIssue]


def test_an_entry_cannot_be_changed() -> None:
    for entry, field in ((effects()["squish"], "retired"), (voices()[0], "name")):
        with pytest.raises(FrozenInstanceError):
            setattr(entry, field, "")
