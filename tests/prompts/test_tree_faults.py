from __future__ import annotations

import pytest

from studio.prompts.tree import Invalid, parse

COMMA_HERE = "There is a comma too many here."
COMMA_BEFORE = "There is a comma too many before this."
COMMA_MISSING = "A comma is missing before this."
COLON_MISSING = "A colon is missing before this."
COLON_HERE = "There is a colon too many here."
VALUE_MISSING = "A value is missing before this."
KEY_MISSING = 'A name in quotation marks (") is missing before this.'
KEY_MARKS = 'Put this key in quotation marks (").'
TEXT_MARKS = 'Put this text in quotation marks (").'
UNCLOSED = "This text has no closing quotation mark."
COMMENT = "JSON has no comments: take this one away."
FENCE = "Take away the ``` around the prompt."
AFTER = "The prompt ends before this: take away what follows."
INNER = 'The text ends before this: a quotation mark inside a text is written as \\".'
PLAIN = 'This is no plain number: put it in quotation marks (").'
UNICODE = "After \\u, four signs from 0 to 9 and from A to F are needed."
LINE_BREAK = "A line break inside a text is written as \\n."
NO_LIST = "A list has no names: use { } instead of [ ]."

# Where ¦ stands is where the fault is found; the sign itself is no part of the text.
FAULTS = [
    # nothing, or no JSON at all
    ("¦", "There is nothing here yet."),
    ("¦ \r\n\t", "There is nothing here yet."),
    ("¦\ufeff\n", "There is nothing here yet."),
    ("¦A cat on a roof", "A JSON prompt starts with { or [."),
    ("¦```json\n{}\n```", FENCE),
    ("{}\n¦```", FENCE),
    # commas
    ('{"a": 1, ¦}', COMMA_BEFORE),
    ("[1,\n¦]", COMMA_BEFORE),
    ("[1,¦}", COMMA_BEFORE),
    ("[¦,1]", COMMA_HERE),
    ("[1,¦,2]", COMMA_HERE),
    ("{¦,}", COMMA_HERE),
    ('{"a": 1,¦, "b": 2}', COMMA_HERE),
    ("¦,", COMMA_HERE),
    ('{"a": 1\n ¦"b": 2}', COMMA_MISSING),
    ('["a" ¦"b"]', COMMA_MISSING),
    ('["a"¦"b"]', COMMA_MISSING),
    ("[1 ¦2]", COMMA_MISSING),
    ("[true ¦false]", COMMA_MISSING),
    ("[{} ¦{}]", COMMA_MISSING),
    ("[[]¦[]]", COMMA_MISSING),
    ('{"a": 1¦; "b": 2}', "Write “,” here, not “;”."),
    ('["猫"¦，"犬"]', "Write “,” here, not “，”."),
    ('["猫"¦、"犬"]', "Write “,” here, not “、”."),
    # colons
    ('{"a" ¦1}', COLON_MISSING),
    ('{"a" ¦"b"}', COLON_MISSING),
    ('{"a" ¦{}}', COLON_MISSING),
    ('{"a"¦}', "A colon and a value are missing before this."),
    ('{"a"¦, "b": 1}', "A colon and a value are missing before this."),
    ('{"a" ¦= 1}', "Write “:” here, not “=”."),
    ('{"猫"¦：1}', "Write “:” here, not “：”."),
    ('{"a": ¦: 1}', COLON_HERE),
    ('{"a": 1 ¦: 2}', COLON_HERE),
    ('["a"¦: 1]', NO_LIST),
    ("[¦:]", COLON_HERE),
    # values and keys that are not there
    ('{"a":¦}', VALUE_MISSING),
    ('{"a":¦, "b": 1}', VALUE_MISSING),
    ('{"a": ¦]', VALUE_MISSING),
    ("{¦: 1}", KEY_MISSING),
    ("{¦{}}", KEY_MISSING),
    ('{"a": 1, ¦["b"]}', KEY_MISSING),
    ('{¦subject: "cat"}', KEY_MARKS),
    ("{¦1: 2}", KEY_MARKS),
    ("{¦猫: 2}", KEY_MARKS),
    # quotation marks
    ("{¦'a': 1}", "Write \" here, not '."),
    ("{\"a\": ¦'b'}", "Write \" here, not '."),
    ("[¦“a”]", 'Write " here, not “.'),
    ("{¦「猫」: 1}", 'Write " here, not 「.'),
    ("¦'cat'", "Write \" here, not '."),
    ('{"a": "cat¦”, "b": 1}', 'Write " here, not ”.'),
    ('["the sign reads "¦OPEN" in red"]', INNER),
    ('["the sign reads "¦#1" in red"]', INNER),
    ('{"the "¦big" one": 1}', INNER),
    ('{¦"mood: "cosy"}', UNCLOSED),
    # words that JSON does not know
    ("[¦cozy light]", TEXT_MARKS),
    ("[¦#ff8800]", TEXT_MARKS),
    ("[¦-warm]", TEXT_MARKS),
    ("[¦True]", "JSON writes true, not True."),
    ("[¦FALSE]", "JSON writes false, not FALSE."),
    ("[¦None]", "JSON writes null, not None."),
    ("¦undefined", "JSON writes null, not undefined."),
    ("[¦NaN]", "JSON has no NaN: write a number or null."),
    ("[¦-Infinity]", "JSON has no -Infinity: write a number or null."),
    # numbers
    ("[¦01]", "A number has no zero before its other digits."),
    ("[¦-012.5]", "A number has no zero before its other digits."),
    ("[¦+1]", "A number has no plus sign before it."),
    ("[¦.5]", "A number needs a digit before its point, as in 0.5."),
    ("[¦1.]", "A digit is missing after the point of this number."),
    ("[¦1.e5]", "A digit is missing after the point of this number."),
    ("[¦1E+]", "A digit is missing after the e of this number."),
    ("[¦-]", "A digit is missing after the minus sign."),
    ("[¦35mm]", PLAIN),
    ('{"ratio": ¦16:9}', PLAIN),
    ("[¦0x1F]", PLAIN),
    ("[¦50%]", PLAIN),
    ("[¦１]", TEXT_MARKS),
    # brackets
    ('{\n"a": [1,\n 2¦', "The [ of line 2 is never closed: add ]."),
    ('\r\n\r{"a": 1\r¦', "The { of line 3 is never closed: add }."),
    ('{"a":¦', "The { of line 1 is never closed: add }."),
    ('{"a"¦', "The { of line 1 is never closed: add }."),
    ("{¦", "The { of line 1 is never closed: add }."),
    ('{"a": [1¦}', "The [ of line 1 has to be closed by ], not by }."),
    ("[¦}", "The [ of line 1 has to be closed by ], not by }."),
    ("{¦]", "The { of line 1 has to be closed by }, not by ]."),
    ('{"a"¦]', "The { of line 1 has to be closed by }, not by ]."),
    ("[1]¦]", "This ] closes nothing."),
    ("¦}", "This } closes nothing."),
    # before, between and after
    ("¦// a prompt\n{}", COMMENT),
    ("{} ¦/* a prompt */", COMMENT),
    ("[1¦//x\n]", COMMENT),
    ('["a"¦/*x*/]', COMMENT),
    ("{ ¦# x\n}", COMMENT),
    ("{}\n¦{}", AFTER),
    ("1 ¦2", AFTER),
    ("{}¦, 1", AFTER),
    ("{} ¦please", AFTER),
    ("[1,¦\u00a02]", "The invisible character U+00A0 stands here: outside a text, only plain spaces may."),
    ('["a"¦\u200b]', "The invisible character U+200B stands here: outside a text, only plain spaces may."),
    ("\ufeff¦\ufeff{}", "The invisible character U+FEFF stands here: outside a text, only plain spaces may."),
    # inside a text
    ('{"a": ¦"cosy}', UNCLOSED),
    ('{"a": ¦"cosy,\n "b": 1}', UNCLOSED),
    ('[¦"cosy\\', UNCLOSED),
    ('{"a": "cosy¦\nand warm"}', LINE_BREAK),
    ('\n{"a": "cosy\\n¦\r\nand warm"}', LINE_BREAK),
    ('["cosy¦\\\nand warm"]', LINE_BREAK),
    ('["a¦\tb"]', "A tab inside a text is written as \\t."),
    ('["a¦\x01b"]', "The invisible character U+0001 is written as \\u0001."),
    ('["C:¦\\Users"]', "\\U means nothing in JSON: a \\ is written as \\\\."),
    ('["it¦\\\'s"]', "\\' means nothing in JSON: a \\ is written as \\\\."),
    ('["¦\\u12"]', UNICODE),
    ('["\\u0041¦\\uD83"]', UNICODE),
    ('["a¦\\ud83d"]', "\\ud83d is half of a character, and its other half is missing."),
    ('["\\ud83d\\ude00¦\\uDE00"]', "\\uDE00 is half of a character, and its other half is missing."),
    ('{"¦\\ud83d": 1}', "\\ud83d is half of a character, and its other half is missing."),
    ('["¦\ud83d"]', "Half of a character (U+D83D) stands here, and cannot be sent."),
]


@pytest.mark.parametrize(("marked", "sentence"), FAULTS)
def test_every_fault_has_its_place_and_its_sentence(marked: str, sentence: str) -> None:
    before, after = marked.split("¦")
    with pytest.raises(Invalid) as caught:
        parse(before + after)
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = caught.value
    assert (found.sentence(), found.line, found.column) == (sentence, len(lines), len(lines[-1]) + 1)


def test_sentences_are_translated_before_they_are_filled_in() -> None:
    with pytest.raises(Invalid) as caught:
        parse("[\r\n [1}")
    german = {caught.value.message: "%(line)d: %(bracket)s"}
    assert caught.value.sentence(german.__getitem__) == "2: ["
    assert caught.value.params == {"bracket": "[", "line": 2, "right": "]", "wrong": "}"}
