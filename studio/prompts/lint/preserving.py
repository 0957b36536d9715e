"""Whether a prompt says what of a picture has to stay, in whatever words. In doubt it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.lint.folding import fold
from studio.prompts.lint.lexicon import Cue

if TYPE_CHECKING:
    from studio.prompts.lint.reading import Reading

_PRESERVED = Cue(
    r"\b(?:keep|keeps|keeping|kept|preserv(?:e|es|ed|ing)|maintain|maintains|maintaining|retain|retains|retaining"
    r"|unchanged|untouched|unaltered|unmodified|unedited|undisturbed|intact|identical(?:ly)?|nothing (?:else"
    r"|more|but)"
    r"|only|just the|as(?: (?:it|they|she|he|you))? (?:is|are|was|were|see|shown|before)|as-is"
    r"|(?:exactly|precisely|just) (?:as|like|the same)|the way (?:it|they|she|he|you)|pixel[- ](?:for[- ]pixel"
    r"|perfect"
    r"|identical)|same (?:face|facial|identity|person|man|woman|people|hair|pose|posture|expression|composition"
    r"|background|framing|crop|room|scene|angle|camera|light|lighting|perspective|position|place|spot|features"
    r"|proportions|label|layout|design|clothes|outfit|everything)|stays?|staying|remains?|remaining|leave"
    r" (?:everything|all|the|his|her|their|its|every|it|them|alone)|rest|everything (?:else|but|except|apart|outside"
    r"|around|below|above|behind|other|beside)|all (?:else|other)|otherwise|no (?:other )?(?:changes?|edits"
    r"|alterations?)|sacred|sacrosanct|off[- ]limits|hands off|non-negotiable|(?:hold|holds|lock|locks|freeze"
    r"|freezes)"
    r" (?:the|everything|all|his|her|its|it|them)|locked|faithful(?:ly)?|true to|likeness|recogni[sz]abl[ey]"
    r"|must (?:look like|match|resemble)|match(?:es|ing)? (?:the (?:original|source|photo|reference)|image \d)"
    r"|(?:like|from) the original|consistent with|don['’]t let|hands-off|(?:as|like) (?:in|on) (?:the|image"
    r"|this)|frozen|off the table|(?:other"
    r"|single) (?:pixel|difference|detail))\b|\b(?:do not|don['’]t|without|not|never|no"
    r"|nobody|mustn['’]t|cannot|can['’]t|may not) (?:be )?(?:alter|chang|touch|modif|mov(?:e|ing) anything"
    r"|redraw|edit"
    r"|affect|disturb|mess|tamper|fiddle|retouch|restyle|replac|recolou?r)|\bleave\b[^.;\n]{1,60}\b(?:alone|be)\b"
    r"|保持|保留|保住|维持|维系|不变|(?:不[要许准得能可用必]|无需|无须|不需要|严禁|禁止|切勿|请?勿|别)(?:再|去"
    r"|随意|擅自"
    r"|乱|做任何|有任何)*[改变动碰修调]|不改|不动|不碰|不受影响|不影响|不走样|[别不][走变]样|不走形|还是(?:这"
    r"|那|原|同)|(?:不|没)(?:能|许|可以?)?有(?:任何|半点|一点)?(?:变化|改变|改动|出入)|不变形|不失真"
    r"|只(?:[改换动变调对把要修更去删替]|针对|允许)|仅[改换修对限把动]|原样|原封|原貌|原汁原味|照旧|照原|按原"
    r"|如[初旧故]"
    r"|依旧|维持现状|其余|剩下|余下|[除此].{0,14}[以之]?外|除了|(?:其[他它]|别的)(?:地方|部分|内容|一切|东西"
    r"|元素|都|全"
    r"|一概|一律|不|别|照|均|统统|皆|保)|一模一样|一致|一样(?!的?[宽大高长粗])|相同|必须像|[要得]像|神似|认得出"
    r"|辨识度"
    r"|忠[实於于]|还原|完全复刻|照搬|锁定|锁死|固定(?:不|住)|[和与跟同](?:原图|原片|原照)"
    r"|そのまま|のまま|ままで|ままに|変え(?:ない|ず|ないで|ません|ることなく)|変わら(?:ない|ず)|変更し(?:ない"
    r"|ず|ないで"
    r"|ません)|変更せず|変更(?:なし|不可|禁止)|変化(?:なし|させ[なず])|維持|保持|保[ちつたっ]|残し|残す|残っ"
    r"|触[られ](?:な|ず)"
    r"|動かさ[なず]|手を(?:加え|触れ|つけ|付け|入れ)|崩さ|同じ(?:まま|顔|構図|ポーズ|に|で|人物|位置)|いじらな"
    r"|不変|固定"
    r"|以外は?|(?:ほか|他|残り|その他)(?:の[^、。]{1,8})?[はも](?!な)|だけ|のみ|忠実|完全に?(?:一致|再現)"
    r"|元[のと](?:通り|とおり"
    r"|同じ)|似せ|そっくり"
    # The commonest words of some other languages, so that what they say is not taken for silence.
    r"|inchang|conserv|garde[rz]?\b|sans modif|sans toucher|le reste|identique|fidèle|intact|unverändert|beibehalten"
    r"|behalte|bleib|lasse?\b|\brest\b|alles andere|übrige|identisch|mant[eé]n|sin cambi|sin modif|sin alterar"
    r"|igual\b"
    r"|\bresto\b|lo demás|idéntic|inalterad|mantenha|mantieni|mantenere|invariat|identic|сохран|без измен|оставь"
    r"|оставить|оставьте|остальн|не меня|не трога|неизмен|идентичн|유지|그대로|바꾸지|변경하지|건드리지|나머지"
    r"|똑같|동일"
    r"|aynı kal|koru|değiştirme|dokunma|bozma|دون (?:أي )?تغيير|إبقاء|أبق|الحفاظ|حافظ|behoud|ongewijzigd|laat\b"
    r"|zachowaj"
    r"|bez zmian|giữ nguyên|คง(?:เดิม|ไว้)?|เหมือนเดิม|คงไว้|ไม่เปลี่ยน|pertahankan|jangan ubah|behåll|oförändrad"
)

# Less than above, for prompts that have nothing to say of the rest: words that only an edit needs.
_THE_REST = Cue(
    r"\b(?:everything else|(?:the )?rest|unchanged|untouched|unaltered|intact|do not (?:change|alter|touch)|same"
    r" (?:face|person|identity))\b|其余|其他(?:地方|部分|内容|一切|不)|不变|原样|一致|そのまま|変え(?:ない|ず)"
    r"|変更し(?:ない|ず)"
    r"|維持|元のまま"
)


def keeps(reading: Reading) -> bool:
    """Whether the prompt says in any way what of a picture has to stay."""
    if lists_what_stays(reading):
        return True
    notes = (fold(use.note) for use in reading.recipe.references)
    return any(_PRESERVED.occurs(text) for text in (reading.whole, *notes))


def lists_what_stays(reading: Reading) -> bool:
    """In the field for it, or under a name of a JSON prompt such as "keep"."""
    return any(chip.strip() for chip in reading.recipe.preserve) or reading.names_what_stays


def speaks_of_the_rest(reading: Reading) -> bool:
    return lists_what_stays(reading) or _THE_REST.occurs(reading.whole)
