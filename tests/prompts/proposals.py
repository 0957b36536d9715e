"""What a designer would make of each sample."""

from __future__ import annotations

from typing import Any

from studio.prompts.recipe import TextLine

# The important fields of each sample, as a designer would fill them in.
EXPECTED: dict[str, dict[str, Any]] = {
    "biohybrid-infographic.txt": {
        "subject": "an integrated biohybrid artificial photosynthesis platform for solar-to-fuel conversion, with "
        "labeled cross-section diagrams, molecular structures, efficiency charts, and process flow annotations",
        "style": ("detailed scientific infographic",),
    },
    "cat-zh.txt": {"subject": "帮我生成一张猫的图片", "style": ("可爱一点",)},
    "fashion-campaign.txt": {
        "subject": "a confident model holding a large [product name], full-body pose visible in the background, wide "
        "stance, dynamic posture",
        "setting": "clean pure white studio background",
        "lighting": "high-key lighting, crisp shadows",
        "style": (
            "fashion campaign photograph",
            "modern beauty advertising aesthetic",
            "commercial studio photography",
        ),
        "details": "bold colorful outfit with strong contrast tones, glossy packaging detail visible",
    },
    "landmark-infographic.txt": {
        "subject": "Create an infographic image of [LANDMARK]",
        "text": (TextLine(text="[LANDMARK]", script="latin", placement="in a hand-drawn box in the corner"),),
    },
    "lighthouse-zh.txt": {
        "subject": "海边老灯塔",
        "lighting": "黄昏时",
        "composition": "电影画幅",
        "style": ("写实风格",),
    },
    "mug-zh.txt": {
        "subject": "白色陶瓷马克杯",
        "setting": "放在灰色桌面上",
        "lighting": "柔和自然光",
        "style": ("产品图",),
    },
    "open-studio-edit.txt": {
        "setting": "Turn the background into a bright minimal white-to-soft-gray studio sweep with gentle floor shadow",
        "details": "add a large headline in-image that reads",
        "text": (
            TextLine(
                text="OPEN STUDIO",
                script="latin",
                lettering="a bold clean sans-serif, high contrast",
                placement="centered",
            ),
        ),
        "preserve": ("the main person or product", "pose", "face identity"),
    },
    "pc-cafe.txt": {
        "subject": "a young man in a light grey Covernat hoodie sitting at station 139, focused on his laptop screen",
        "setting": "in a premium PC cafe",
        "lighting": "soft window light mixing with monitor glow",
        "composition": "shallow depth of field",
        "style": ("photorealistic candid shot",),
        "details": "",
    },
    "polaroid.json": {
        "setting": "plain white curtains, indoor room",
        "mood": ("cozy", "intimate", "nostalgic", "cute"),
        "lighting": "single on-camera flash, quality: consistent, frontal flash lighting",
        "style": ("Polaroid-style candid photography", "ordinary snapshot", "classic instant film look"),
        "preserve": (
            "either person’s facial features, expressions, or proportions",
            "faces",
        ),
        "avoid": ("dramatic posing", "artificial glamour or studio look", "text or watermarks"),
        "text": (),
    },
    "tokyo-cafe.txt": {
        "subject": "A small Tokyo café storefront",
        "lighting": "at dusk, warm interior glow",
        "composition": "shallow depth of field, rule of thirds",
        "style": ("cinematic",),
        "details": "",
        "text": (
            TextLine(
                text="コーヒー",
                script="japanese-kana",
                lettering="bold Japanese kana",
                placement="on the sign, on a wooden plaque",
            ),
        ),
    },
    "video-site-ui.txt": {
        "subject": "A pixel-perfect recreation of the YouTube homepage UI",
        "details": "",
    },
    "water-bottle.txt": {
        "subject": "a matte ceramic water bottle",
        "setting": "on warm linen, neutral background",
        "lighting": "soft window light, subtle rim highlights",
        "style": ("minimal hero product still life",),
        "details": "e-commerce ready, 8K detail",
        "text": (TextLine(text="AQUA+", script="latin", lettering="clean sans-serif", placement="on the label"),),
    },
}

# Prompts of named sections, as people write them, in several shapes.
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "mixed": (
        "Subject: a ceramic coffee tin\n- Mood: warm, calm\n**Lighting** – soft morning light\n## Style\neditorial\n"
        "muted film look\n\n1. Composition: 50mm, centered\nBrand: Northlight\nHeadline: OPEN STUDIO\n"
        'Text: "AUTUMN" in bold red letters at the top\nAvoid: hands, no clutter\nKeep unchanged: the lid',
        {
            "subject": "a ceramic coffee tin",
            "mood": ("warm", "calm"),
            "lighting": "soft morning light",
            "style": ("editorial", "muted film look"),
            "composition": "50mm, centered",
            "details": "Brand: Northlight",
            "text": (
                TextLine(text="OPEN STUDIO", script="latin", placement="Headline"),
                TextLine(text="AUTUMN", script="latin", lettering="bold red letters", placement="at the top"),
            ),
            "avoid": ("hands", "clutter"),
            "preserve": ("the lid",),
        },
    ),
    "one line": (
        "Create a hero image. Subject: a perfume bottle. Lighting: hard rim light, soft fill. Camera: 85mm, f/2.8. "
        "Avoid: fingerprints, lens flare. Keep the cap unchanged.",
        {
            "subject": "a perfume bottle",
            "lighting": "hard rim light, soft fill",
            "composition": "Camera: 85mm, f/2.8",
            "avoid": ("fingerprints", "lens flare"),
            "preserve": ("the cap",),
            "details": "Create a hero image.",
        },
    ),
    "Chinese brackets": (
        "【主体】一只橘猫\n【光线】柔和的逆光\n【风格】写实摄影，胶片质感\n【文字】“早安”，白色手写体，位于右上角\n"
        "【避免】多余的文字、水印",
        {
            "subject": "一只橘猫",
            "lighting": "柔和的逆光",
            "style": ("写实摄影", "胶片质感"),
            "text": (
                TextLine(text="早安", script="chinese-simplified", lettering="白色手写体", placement="位于右上角"),
            ),
            "avoid": ("多余的文字", "水印"),
        },
    ),
    "Chinese prose": (
        "一位穿红色旗袍的年轻女子站在老上海的街头，浅景深，电影感，氛围怀旧而浪漫。招牌上写着“月光咖啡馆”。"
        "不要出现现代汽车和水印，保持人物面部不变。",
        {
            "subject": "一位穿红色旗袍的年轻女子",
            "setting": "站在老上海的街头",
            "composition": "浅景深",
            "style": ("电影感",),
            "mood": ("怀旧而浪漫",),
            "text": (TextLine(text="月光咖啡馆", script="chinese-simplified", placement="招牌上"),),
            "avoid": ("现代汽车和水印",),
            "preserve": ("人物面部",),
        },
    ),
    "Japanese prose": (
        "夕暮れの東京の小さなカフェ、看板に「コーヒー」と太字のカタカナで書かれている、暖かい室内の光、浅い被写界深度、"
        "シネマティック、人物なし、ロゴはそのまま",
        {
            "subject": "東京の小さなカフェ",
            "lighting": "夕暮れ、暖かい室内の光",
            "composition": "浅い被写界深度",
            "style": ("シネマティック",),
            "text": (
                TextLine(text="コーヒー", script="japanese-kana", lettering="太字のカタカナ", placement="看板に"),
            ),
            "avoid": ("人物",),
            "preserve": ("ロゴ",),
        },
    ),
    "English prose": (
        "A cinematic photo of an old fisherman on a foggy pier at dawn, wearing a yellow raincoat, 35mm film grain. "
        "The mood is quiet and melancholic. Shot from a low angle. No text, no watermark. "
        "Keep the windows, floor and curtains exactly the same.",
        {
            "style": ("cinematic photo", "35mm film grain"),
            "subject": "an old fisherman, wearing a yellow raincoat",
            "setting": "on a foggy pier",
            "lighting": "at dawn",
            "mood": ("quiet and melancholic",),
            "composition": "Shot from a low angle.",
            "avoid": ("text", "watermark"),
            "preserve": ("the windows", "floor and curtains"),
        },
    ),
    "frames and places": (
        "Low-angle, dramatic photo of a breakfast on a marble table: croissants, coffee, and a newspaper, airy. "
        "In the center, a cup of tea. Make sure there are no hands. Tagline: “Wake up” in small serif.",
        {
            "composition": "Low-angle. In the center, a cup of tea.",
            "style": ("dramatic photo",),
            "subject": "a breakfast",
            "setting": "on a marble table",
            "details": "croissants, coffee, and a newspaper",
            "mood": ("airy",),
            "avoid": ("hands",),
            "text": (TextLine(text="Wake up", script="latin", lettering="small serif", placement="Tagline"),),
        },
    ),
}
