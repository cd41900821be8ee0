"""One example for each thing that the image nodes can do, and what costs nothing."""

from __future__ import annotations

from .graph import Example, load_image, node, picture, save_image, save_video, show, step


def _subject() -> Example:
    girl = load_image()
    made = picture(
        "The girl sits at a breakfast table and reads the newspaper, watercolour",
        image=girl["IMAGE"],
        image_reference="subject",
        image_fidelity=0.6,
        human_fidelity=0.6,
        n=2,
    )
    return Example(
        "image_with_a_subject_reference",
        ("Picture with a subject reference", "主体参考生图"),
        "The subject of a picture in a new scene. *face* keeps the face alone and needs exactly one face in the "
        "picture; *none* goes on from the whole picture. All `n` pictures come out as one batch; each is paid for.",
        "以图片中的主体生成新画面（subject：主体，face：人脸），一次两张。",
        (
            step("1  Subject / 主体", girl),
            step("2  Pictures / 图片", made),
            step("3  Save / 保存", save_image(made, "subject")),
        ),
    )


def _edit() -> Example:
    girl = load_image()
    hiker = picture(
        "Photo of a young hiker with a rucksack on a mountain path, face well visible", title="Whose body / 身体"
    )
    face = picture(
        "Portrait photo of a man with a white beard, front view", aspect_ratio="1:1", title="Whose face / 脸"
    )
    place = node(
        "KlingOmniImage",
        "Another background / 换背景",
        prompt="Put the girl of <<<image_1>>> in front of a snowy mountain range. Leave her as she is.",
        image=girl["IMAGE"],
    )
    swap = node(
        "KlingOmniImage",
        "Another face / 换脸",
        prompt="Give the hiker of <<<image_1>>> the face of the man of <<<image_2>>>. Leave all else as it is.",
        image=hiker["images"],
        reference_images=face["images"],
    )
    return Example(
        "omni_image_edit_and_face_swap",
        ("Edit a picture, swap a face", "图片编辑与换脸"),
        "`image` is `<<<image_1>>>`; the pictures of `reference_images` follow. Say what is to change and what is to "
        "stay.\n\n"
        "A `mask` reaches gateways of the dialect *unified* alone; Kling's own platform has none. *Kling Image "
        "Recognize* makes one (workflow `masks_and_a_new_background`).",
        "用提示词编辑图片：换背景、换脸。「遮罩」（mask）只有 unified 方言的网关支持。",
        (
            step("1  Pictures / 图片", girl, hiker, face),
            step("2  Edits / 编辑", place, swap),
            step("3  Save / 保存", save_image(place, "background"), save_image(swap, "face")),
        ),
    )


def _several() -> Example:
    girl = load_image("Subject / 主体")
    place = picture("The inside of a greenhouse full of ferns, morning light, no people", title="Scene / 场景")
    style = picture("A linocut print of a harbour in two colours", title="Style / 风格")
    made = node(
        "KlingMultiImage2Image",
        prompt="The girl waters the plants",
        subject_image_1=girl["IMAGE"],
        scene_image=place["images"],
        style_image=style["images"],
    )
    return Example(
        "multi_image_to_image",
        ("Several pictures to a picture", "多图生图"),
        "One to four subjects, in a scene, in a style; the scene and the style may be left out.",
        "一到四个主体，配上场景图与风格图，合成一张图。",
        (
            step("1  Pictures / 图片", girl, place, style),
            step("2  Picture / 图片", made),
            step("3  Save / 保存", save_image(made, "several")),
        ),
    )


def _expand() -> Example:
    girl = load_image()
    made = node(
        "KlingImageExpand",
        up_expansion_ratio=0.1,
        down_expansion_ratio=0.1,
        left_expansion_ratio=0.6,
        right_expansion_ratio=0.6,
        prompt="Meadows and clouds, in the style of the picture",
        image=girl["IMAGE"],
    )
    return Example(
        "expand_a_picture",
        ("Expand a picture", "扩图"),
        "The picture grows at its edges: 0.6 to the left is 0.6 times its width. In all, at most three times its area.",
        "向四边扩展画面，总面积不超过原图的三倍。",
        (
            step("1  Picture / 图片", girl),
            step("2  Expand / 扩图", made),
            step("3  Save / 保存", save_image(made, "expanded")),
        ),
    )


def _masks() -> Example:
    girl = load_image()
    place = picture("The reading room of an old library, warm light, no people", aspect_ratio="1:1")
    found = node("KlingImageRecognize", image=girl["IMAGE"])
    placed = node(
        "ImageCompositeMasked",
        destination=place["images"],
        source=girl["IMAGE"],
        mask=found["object"],
        resize_source=True,
    )
    masks = [node("MaskPreview", name, mask=found[name]) for name in ("object", "face", "cloth")]
    return Example(
        "masks_and_a_new_background",
        ("Masks, and a new background", "抠图与换背景"),
        "Kling finds the object, the head, the face and the clothes, each as a MASK. Here the object is cut out and "
        "put on another background on your machine, pixel by pixel. A mask is empty where there is nothing.",
        "识别主体、头部、人脸和服装的遮罩，再在本地把主体合成到新背景上。",
        (
            step("1  Pictures / 图片", girl, place),
            step("2  Masks / 遮罩", found, *masks),
            step("3  Compose and save / 合成并保存", placed, save_image(placed, "composed", "IMAGE")),
        ),
    )


def _element() -> Example:
    girl = load_image()
    views = node("KlingMultiShotImages", element_frontal_image=girl["IMAGE"])
    kept = node(
        "KlingElement",
        element_name="Girl in pink",
        element_description="A girl with long yellow hair in a pink dress",
        tags="Character",
        frontal_image=girl["IMAGE"],
        refer_images=views["views_1"],
    )
    made = node(
        "KlingOmniVideo",
        prompt="<<<element_1>>> dances on a meadow, then turns around",
        element_1=kept["element"],
        decode="first",
    )
    return Example(
        "element_from_multi_shot_images",
        ("A character for many clips", "主体库"),
        "One picture becomes three sets of three views. Choose the set that fits (here the first) and keep it as an "
        "element: your account remembers it, prompts cite it as `<<<element_1>>>`.\n\n"
        "Write down `element_id`: in the field *element_id* of another graph it costs nothing more. "
        "`kling elements` on the command line lists and deletes elements.",
        "一张图生成多视角图，存为主体，之后的视频用 <<<element_1>>> 引用。请记下「主体 ID」（element_id）。",
        (
            step("1  Picture / 图片", girl, views),
            step(
                "2  Views / 视图",
                *(show(views, f"views_{number}", f"Set {number} / 第 {number} 组") for number in (1, 2, 3)),
            ),
            step("3  Element / 主体", kept, node("PreviewAny", "element_id", source=kept["element_id"])),
            step("4  Clip / 视频", made),
            step("5  Save / 保存", save_video(made, "element")),
        ),
    )


def _estimates() -> Example:
    cheap = node("KlingEstimate", "A draft / 草稿", prompt="A paper boat on a river", mode="std", duration=5)
    dear = node(
        "KlingEstimate", "The final / 成片", prompt="A paper boat on a river", mode="pro", duration=10, sound=True
    )
    pictures = node(
        "KlingEstimate",
        "Pictures / 图片",
        operation="generations",
        prompt="A paper boat on a river",
        model_name="kling-v2-1",
        resolution="2k",
        n=4,
    )
    return Example(
        "estimate_before_running",
        ("What would it cost?", "预估费用"),
        "*Kling Estimate* says what a request would cost, what is left of the profile's own budget, and what would be "
        "sent, without sending it. *Kling Account* asks what is left on the account. Neither costs anything.\n\n"
        "Further fields of the API go into `parameters`, as JSON.",
        "先看费用与请求内容，不发送任何请求；「可灵 账号」节点查询余额。",
        (step("", cheap, dear), step("", pictures, node("KlingAccount"))),
    )


PICTURES = (_subject(), _edit(), _several(), _expand(), _masks(), _element(), _estimates())
