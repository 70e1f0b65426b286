"""Text made comparable: folded for search, keyed for Vietnamese alphabetical order.

`fold` gives the same as the database function city.fold (PostgreSQL's unaccent on NFC text, then
lower case, then single blanks) for Latin letters, Vietnamese in both Unicode forms, and usual
punctuation. Scripts and signs that do not occur in Vietnamese papers may differ.
"""

import re
import unicodedata

# What unaccent.rules replaces by something else than the base letter, blank-separated:
# the first character is replaced by the rest.
_REPLACED = (
    "¡! ©(C) «<< \u00ad- ®(R) ±+/- »>> ¿? ÆAE ÐD ×* ØO ÞTH ßss æae ðd ÷/ øo þth ĐD đd ĦH ħh ıi ĲIJ "
    "ĳij ĸq ĿL ŀl ŁL łl ŉ'n ŊN ŋn ŒOE œoe ŦT ŧt ſs ƀb ƁB ƂB ƃb ƇC ƈc ƉD ƊD ƋD ƌd ƐE ƑF ƒf ƓG ƕhv "
    "ƖI ƗI ƘK ƙk ƚl ƝN ƞn ƢOI ƣoi ƤP ƥp ƫt ƬT ƭt ƮT ƲV ƳY ƴy ƵZ ƶz ǄDZ ǅDz ǆdz ǇLJ ǈLj ǉlj ǊNJ ǋNj "
    "ǌnj ǤG ǥg ǱDZ ǲDz ǳdz ȡd ȤZ ȥz ȴl ȵn ȶt ȷj ȸdb ȹqp ȺA ȻC ȼc ȽL ȾT ȿs ɀz ɃB ɄU ɆE ɇe ɈJ ɉj "
    "ɌR ɍr ɎY ɏy ẚa ẜs ẝs ẞSS ỺLL ỻll ỼV ỽv ỾY ỿy ‐- ‑- ‒- –- —- ―- ‖|| ‘' ’' ‚, ‛' “\" ”\" „,, "
    '‟" ․. ‥.. …... ′\' ″" ‹< ›> ‼!! ⁄/ ⁅[ ⁆] ⁇?? ⁈?! ⁉!? ⁎* №No ¼1/4 ½1/2 ¾3/4'
)
_REPLACEMENTS = {item[0]: item[1:] for item in _REPLACED.split(" ")}
_FIRST_MARK, _LAST_MARK = "\u0300", "\u0362"
# The blanks of PostgreSQL's \s, and the no-break ones that spreadsheets and web pages leave.
_BLANKS = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")

_ALPHABET = {letter: rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_LETTER_MARKS = "\u0302\u0306\u031b"  # circumflex, breve, horn: another letter, not a tone
_TONES = {
    "\u0300": 1,  # huyền
    "\u0309": 2,  # hỏi
    "\u0303": 3,  # ngã
    "\u0301": 4,  # sắc
    "\u0323": 5,  # nặng
}
_FOREIGN_MARK = 6
_BLANK, _SIGN, _NUMBER, _LETTER, _OTHER = range(5)

SortKey = tuple[tuple[tuple[int, int, str], ...], tuple[int, ...], str]


def _unaccented(character: str) -> str:
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    if _FIRST_MARK <= character <= _LAST_MARK:
        return ""
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() and base.isalpha() else character  # "≠" stays as it is


_FOLDED_ALPHABET = {
    code: _unaccented(chr(code)).lower()
    for code in (*range(0x20, 0x363), *range(0x1E00, 0x1F00), *range(0x2010, 0x2050), 0x2116)
}


def fold(text: str) -> str:
    """Lower case without tone marks and diacritics, d for đ, single blanks, none at the ends.

    NFC and NFD, and the two ways to set a tone ("hòa", "hoà"), give the same. Length may change.
    """
    # Letter by letter, as the database lowers: str.lower() of a whole text minds the final sigma.
    folded = "".join(
        _FOLDED_ALPHABET[ord(letter)] if ord(letter) in _FOLDED_ALPHABET else _lower(letter)
        for letter in unicodedata.normalize("NFC", text)
    )
    return _BLANKS.sub(" ", folded).strip(" ")


def _lower(letter: str) -> str:
    lowered = letter.lower()
    return lowered if len(lowered) == 1 else letter


def sort_key_vi(text: str) -> SortKey:
    """Key for Vietnamese alphabetical order: a ă â b … d đ e ê … o ô ơ … u ư.

    Letters decide first over the whole text, then tones (ngang, huyền, hỏi, ngã, sắc, nặng), then
    lower before upper case, as the ICU collation "vi" does; runs of digits count as numbers, so
    "Phường 2" comes before "Phường 10".
    """
    primary: list[tuple[int, int, str]] = []
    tones: list[int] = []
    plain = unicodedata.normalize("NFC", text)
    for part in re.findall(r"[0-9]+|[^0-9]", _BLANKS.sub(" ", plain).strip(" ")):
        if part.isascii() and part.isdigit():
            digits = part.lstrip("0")
            primary.append((_NUMBER, len(digits), digits))  # longer is larger; no int() of any size
            tones.append(0)
            continue
        letter, tone = _letter_and_tone(part.lower())
        primary.extend(_ranks(letter))
        tones.append(tone)
    return tuple(primary), tuple(tones), plain.swapcase()


def _letter_and_tone(character: str) -> tuple[str, int]:
    """Split "ậ" into the letter "â" and the tone nặng (5)."""
    decomposed = unicodedata.normalize("NFD", character)
    base, tone = decomposed[0], 0
    for mark in decomposed[1:]:
        letter = unicodedata.normalize("NFC", base + mark)
        if mark in _LETTER_MARKS and letter in _ALPHABET:
            base = letter
        else:
            tone = _TONES.get(mark, _FOREIGN_MARK)
    return base, tone


def _ranks(letter: str) -> list[tuple[int, int, str]]:
    if letter in _ALPHABET:
        return [(_LETTER, _ALPHABET[letter], "")]
    if letter == " ":
        return [(_BLANK, 0, "")]
    spelled = fold(letter)
    if spelled.isalpha() and all(one in _ALPHABET for one in spelled):
        return [(_LETTER, _ALPHABET[one], "") for one in spelled]
    return [(_OTHER if letter.isalpha() else _SIGN, ord(letter), "")]
