"""How Vietnamese a text is: the share of its words that can be Vietnamese syllables."""

import re
from functools import lru_cache
from unicodedata import normalize

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED_TONES = {"\u0301", "\u0323"}  # a syllable that ends in c, ch, p or t has one of these
_ONSETS = "b|ch|c|d|đ|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x|"
_RHYMES = """
a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt â âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om
on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơc ơi ơm ơn ơng ơp ơt
u ua uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên uyêt uyn uynh
uyt uyu uân uâng uât uây ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
y yêm yên yêng yêt yêu ynh yt
"""
_SYLLABLE = re.compile(f"(?:{_ONSETS})(?:{'|'.join(_RHYMES.split())})")
_STOPPED = ("c", "ch", "p", "t")
_INITIALS = re.compile(r"(?=.*Đ)[A-ZĐ]{1,6}\Z")  # UBND, HĐND, TĐC
_INITIALS_SCORE = 0.6
_MIXED_CASE_SCORE = 0.7


@lru_cache(maxsize=100_000)
def syllable_score(word: str) -> float:
    """Return 1 for a possible Vietnamese syllable, less for initials and mixed case, else 0."""
    if not word.isalpha():
        return 0.0
    if _INITIALS.match(word):
        return _INITIALS_SCORE
    parted = normalize("NFD", word.lower())
    tones = _TONES.findall(parted)
    toneless = normalize("NFC", _TONES.sub("", parted))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(toneless):
        return 0.0
    if tones and toneless.endswith(_STOPPED) and tones[0] not in _STOPPED_TONES:
        return 0.0
    fine = word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower())
    return 1.0 if fine else _MIXED_CASE_SCORE
