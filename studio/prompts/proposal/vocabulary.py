"""The words by which a clause is recognised, in English, Chinese and Japanese. The last one in a phrase decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from collections.abc import Mapping


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Places and surfaces count as a setting. Words that also name a thing to draw (chair, tree, window) are left out.
_SETTING = (
    "background|backdrop|cafe|café|coffee shop|restaurant|bar|street|alley|road|room|bedroom|living room",
    "bathroom|kitchen",
    "forest|woods|beach|seaside|shore|coast|ocean|sea|lake|river|mountains|mountain|desert|field|meadow|garden",
    "park|city",
    "skyline|rooftop|balcony|office|workshop|library|museum|gallery|studio|studio sweep|sweep|stage|market|classroom",
    "hallway|station platform|train station|village|courtyard|terrace|greenhouse|warehouse|factory|laboratory",
    "hotel|lobby",
    "table|tabletop|desk|desktop|counter|countertop|shelf|windowsill|linen|bench|pedestal|plinth|podium|marble",
    "sand|grass",
    "floor|brick wall|wall|concrete|surface|indoors|outdoors|landscape|cityscape|interior|exterior|environment|setting",
    "pier|dock|bridge|hill|hills|hilltop|valley|cliff|cliffs|cave|temple|church|castle|cabin|barn|porch|farm",
    "vineyard|orchard|ruins",
    "tunnel|subway|airport|pool|swamp|canyon|glacier|island|plaza|square|sidewalk|pavement|crosswalk|corridor",
    "attic|basement",
    "garage|bakery|bookstore|bookshop|diner|pub|club|stadium|gym|hospital|school|playground|runway|stairs",
    "staircase|sky|rain",
    "fog|mist|countryside|town|downtown|suburb|bay|harbourfront|waterfront|riverbank|clearing|jungle|snow",
    "harbour|harbor|storefront window|bedsheet|wooden board|seamless paper|curtains|space station|outer space",
    "背景|海边|海邊|沙滩|森林|街道|街头|街上|室内|室外|户外|桌面|桌上|桌子|房间|厨房|客厅|卧室|咖啡馆|咖啡店|餐厅",
    "办公室|城市|花园|公园|窗边|窗台|墙|墙面|工作室|山间|雪地|草地|草原|湖边|河边|古镇|小镇|巷子|夜市|白底|台面|展台",
    "木桌|木板|大理石|教室|图书馆|天台|阳台|院子|庭院|海面|山顶|桌面上|街角|都市|場景",
    "部屋|室内|屋外|街角|路地|窓辺|テーブル|机|カフェ|キッチン|森|海辺|浜辺|公園|庭|スタジオ|壁|木の板|通り",
    "水乡|古城|老城|老街|胡同|小巷|码头|港口|海港|渔港|渔村|村庄|山谷|田野|稻田|湖畔|江边|河畔|石桥|石板桥|书店|面馆|茶馆"
    "|茶楼|酒吧|集市|车站|站台|广场|寺庙|竹林|花海|麦田|沙漠|雪山|薄雾|雾气|石板路|青石板|屋顶",
    "東京|店内|教室|駅|港|桟橋|漁港|神社|寺|商店街|屋上|霧|草原|竹林|雪原|縁側|和室",
)
_LIGHTING = (
    "light|lights|lighting|lit|backlit|backlight|backlighting|sunlit|sunlight|daylight|moonlight|candlelight|lamplight",
    "glow|glowing|shadow|shadows|highlight|highlights|dusk|dawn|sunset|sunrise|twilight|golden hour|blue hour|at night",
    "at noon|midday|midnight|overcast|neon|flash|softbox|volumetric|volumetric fog|haze|spotlight|spotlights",
    "high key|low key|rim light",
    "chiaroscuro|god rays|lens flare",
    "sunbeams|sun rays|illuminated|illumination|reflections|exposure|nighttime|morning sun|evening sun|early morning",
    "光|光线|光線|光影|逆光|柔光|侧光|顶光|阴影|陰影|自然光|黄昏|黃昏|清晨|日落|日出|夜晚|夜景|霓虹|阳光|陽光",
    "阴天|傍晚|夕阳|晨光|月光|打光|布光|灯光|燈光|烛光|高光",
    "照明|ライティング|夕暮れ|夕方|朝日|朝|逆光|影|陽光|木漏れ日|ネオン|夕日|日差し|夜",
)
_COMPOSITION = (
    "composition|close up|closeup|extreme close up|macro|macro shot|low angle|high angle|wide angle|angle|eye level",
    "wide shot|medium shot|long shot|full body|full body shot|full length|half body|depth of field|bokeh|sharp focus",
    "soft focus|shallow focus|deep focus|focus stacking|centered|centred|center frame|framing|framed|rule of thirds",
    "foreground|layout|grid|grid layout|sidebar|navigation bar|top down|top down view|flat lay|overhead|overhead shot",
    "bird's eye|bird’s eye|bird's eye view|aerial|aerial view|from above|from below|from behind|from the side",
    "viewpoint",
    "perspective|viewed|point of view|pov|negative space|copy space|symmetrical|symmetry|symmetric|asymmetrical",
    "camera|close to the camera|lens|35mm|50mm|85mm|24mm|aspect ratio|vertical|horizontal|portrait orientation",
    "landscape orientation|panorama|panoramic|three quarter view|side view|front view|profile view",
    "leading lines|off center",
    "left third|right third|headroom|cropped|tight crop|crop|split screen|panels|hero shot|f/1.4|f/1.8|f/2.8",
    "tilt shift",
    "full frame|widescreen|16:9|9:16|4:5|3:2|1:1|isometric view|motion blur|blurred background|seen|cutaway",
    "构图|構圖|构圖|画幅|特写|近景|远景|中景|全景|全身|半身|俯拍|俯视|仰拍|仰视|平视|视角|視角|角度|景深|浅景深",
    "前景|留白|居中|对称|對稱|三分法|镜头|鏡頭|微距|竖版|横版|竖构图|横构图|排版|布局|版式|背景虚化|虚化",
    "画面中央|焦段|广角|比例|画面中心",
    "構図|アングル|クローズアップ|被写界深度|俯瞰|ローアングル|望遠|広角|三分割|余白|左右対称|中央に配置|ボケ",
    "正面から|縦長|横長|カメラ|接写",
)
_STYLE = (
    "style|styled|aesthetic|aesthetics|photography|photograph|photo|photorealistic|photorealism|hyperrealistic",
    "cinematic",
    "realistic|illustration|painting|watercolor|watercolour|oil painting|gouache|ink wash|ukiyo e|anime|manga|cartoon",
    "pixel art|3d render|render|rendering|octane render|sketch|line art|line drawing|line drawings|drawing|vector",
    "flat design|minimalist|minimalism|minimalistic|editorial|vintage|retro|cyberpunk|steampunk|vaporwave",
    "synthwave|art deco",
    "art nouveau|bauhaus|impressionist|impressionism|surreal|surrealist|surrealism|cubist|cubism|pop art|baroque",
    "film noir|noir|low poly|claymation|isometric|woodcut|linocut|risograph|collage|paper cut|papercut|polaroid",
    "film grain",
    "analog film|35mm film|35mm film grain|kodak portra|kodak|fujifilm|comic book|graphic novel|graffiti",
    "street art|stained glass",
    "brutalist|swiss design|psychedelic|gothic|wabi sabi|documentary|snapshot|still life|infographic|poster art",
    "charcoal",
    "pencil drawing|embroidery|storybook|blueprint|film still|movie still|studio ghibli|ghibli|unreal engine",
    "lifestyle shot|film look",
    "风格|風格|写实|寫實|插画|插畫|水彩|油画|油畫|摄影|攝影|产品图|海报风|照片级|国潮|复古|扁平|手绘|渲染",
    "信息图|电影感|胶片|极简|水墨|工笔|浮世绘|动漫|漫画|像素|赛博朋克|蒸汽朋克|超写实|3d渲染|线稿|素描|画风",
    "质感摄影|电影风|日系|美学",
    "スタイル|写真|フォトリアル|シネマティック|水彩画|油絵|イラスト|アニメ調|アニメ|浮世絵|ミニマル|レトロ",
    "フィルム|画風|タッチ|映画的|映画のよう|作風",
)
_MOOD = (
    "mood|atmosphere|atmospheric|ambience|ambiance|vibe|vibes|feel|feeling|emotion|tone of voice|sense of",
    "氛围|氛圍|气氛|氣氛|情绪|意境|基调|雰囲気|ムード|気分",
)
_DETAILS = (
    "detail|details|palette|color|colors|colour|colours|tones|texture|textures|material|materials|finish|resolution|8k",
    "4k|hdr|ultra hd|outfit|packaging|matte|glossy|ceramic|steel|wooden|leather|glass|fabric|grain|hues|quality",
    "细节|材质|质感|配色|色调|颜色|色彩|纹理|高清|画质|分辨率|细腻|素材|質感|色|ディテール|高精細|光沢|マット",
)
_SUBJECT = ("pose|posture|stance|gesture|expression|smile|smiling|hairstyle|hair|表情|姿势|姿態|发型|ポーズ|笑顔|髪型",)

CUES: Mapping[Attribute, tuple[str, ...]] = {
    Attribute.SETTING: _SETTING,
    Attribute.LIGHTING: _LIGHTING,
    Attribute.COMPOSITION: _COMPOSITION,
    Attribute.STYLE: _STYLE,
    Attribute.MOOD: _MOOD,
    Attribute.DETAILS: _DETAILS,
    Attribute.SUBJECT: _SUBJECT,
}

# A clause is a mood when little else is said in it: "warm and calm", but not "warm linen".
MOODS = word_set(
    "calm cosy cozy moody dramatic playful cute serene quiet peaceful cheerful melancholy melancholic nostalgic "
    "intimate energetic elegant luxurious mysterious romantic confident candid dreamy tense joyful gentle dynamic "
    "warm inviting tranquil whimsical magical epic eerie ominous hopeful optimistic contemplative meditative "
    "lonely solitary festive premium refined sophisticated relaxed friendly welcoming fresh uplifting ethereal "
    "gloomy bold powerful sensual tender sombre somber wistful lively vibrant happy sad timeless understated "
    "quietly deeply slightly airy professional trustworthy adventurous heroic spooky bittersweet reflective "
    "soothing"
)
EASTERN_MOODS = word_set(
    "可爱 溫馨 温馨 宁静 安静 神秘 浪漫 优雅 高级感 活泼 忧郁 怀旧 梦幻 欢乐 紧张 治愈 奢华 清新 孤独 温暖 静谧 "
    "庄重 热闹 悠闲 柔和 高级 静か 穏やか 温かい 暖かい 懐かしい 幻想的 かわいい 可愛い 落ち着いた 静寂 切ない "
    "楽しい 優雅 上品 ノスタルジック"
)
EASTERN_FILLERS = "画面要的又而且和与、一点感有带着很更，整体がでなと、に"
FILLERS = word_set("and or but yet a an the very with of quite feeling mood atmosphere")

BOUNDARIES = word_set(
    "with of in on at from for to into onto by through over under against behind across between inside outside "
    "beside near along beneath above below around within atop amid among overlooking showing featuring that which "
    "while as mixing falling coming casting dominating visible where during without"
)
PLACERS = word_set(
    "standing sitting seated parked crouching kneeling placed resting set displayed positioned arranged lying"
)
BODY_WORDS = word_set(
    "holding wearing looking sitting standing leaning focused dressed walking running carrying drinking reading "
    "smoking eating cooking writing feeding watching staring reaching crouching kneeling hugging "
    "laughing facing seated posing gazing riding playing sleeping jumping dancing"
)
PRONOUNS = word_set("he she they his her their it its")
ADJECTIVES = word_set(
    "bright small large big cute clean warm soft dark quiet old young tall minimal modern simple beautiful "
    "elegant cozy cosy sleek long short thin bold rich deep pale light heavy rough smooth little huge tiny wide "
    "narrow vibrant lush red blue green white black grey gray yellow orange pink purple brown golden silver cool "
    "gentle"
)
EDITS = word_set(
    "edit turn change replace redesign restyle retouch make set add adjust move swap convert recolor recolour put "
    "shift relight"
)
OPENERS = word_set("with showing including featuring displaying containing holding wearing like as of and")
