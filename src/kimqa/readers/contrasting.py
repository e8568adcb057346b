"""From a question that weighs one thing against another ("Which lasted longer, A or B?") to how either is asked for."""

from __future__ import annotations

import re
from typing import Final

from kimqa.readers.wholes import AUX

_FLAGS: Final = re.IGNORECASE
_PLACE: Final = r"(?:in|on|at|during|before|after|under|for|with|by|to|from|since|among|within|last|this|next)"
_TURN: Final = r"(?:first|second|third|fourth|last)"
_BE: Final = frozenset(("was", "were", "is", "are"))
# A comparative, and the word that its measure is asked with.
_DEGREES: Final = {
    **dict.fromkeys(("longer", "shorter", "lengthier"), "long"),
    **dict.fromkeys(("larger", "bigger", "greater", "smaller"), "large"),
    **dict.fromkeys(("higher", "lower"), "high"),
    **dict.fromkeys(("older", "younger"), "old"),
    **dict.fromkeys(("cheaper", "dearer", "costlier", "pricier"), "expensive"),
    **dict.fromkeys(("faster", "quicker"), "quickly"),
    **dict.fromkeys(("heavier", "lighter"), "heavy"),
    **dict.fromkeys(("further", "farther"), "far"),
    "better": "well", "worse": "badly", "hotter": "hot", "thinner": "thin", "taller": "tall", "wider": "wide",
}  # fmt: skip
_PLAIN_DEGREES: Final = frozenset(
    """harder softer harsher milder stricter tougher closer nearer louder quieter warmer colder cooler stronger weaker richer
    poorer fuller safer busier happier healthier wealthier broader thicker sharper steeper rarer stiffer slower deeper narrower
    newer gentler calmer friendlier angrier severer stabler cleaner dirtier drier wetter earlier later sooner""".split()
)
_WHEN: Final = frozenset(("earlier", "later", "sooner", "first", "last"))
_COUNTED: Final = frozenset("people men women children lives votes seats jobs".split())
_NO_SIDE: Final = re.compile(rf"(?:and|or|but|{AUX}|who|what|when|where|which|why|how)\b|not\b", _FLAGS)
_OF_THOSE: Final = re.compile(r"of\s+(?:the|his|her|its|their|these|those)\s+(?:\w+\s+){0,2}?\w+s\s+(?=\w)", _FLAGS)
_NOUN_AND_VERB: Final = 2
# "More than 500", "more than once" compare nothing.
_NUMBER: Final = re.compile(
    r"\d|(?:once|twice|half|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundreds?|thousands?|millions?|dozens?)\b",
    _FLAGS,
)
# "more than one at the other club": one of what is compared
_STANDS_FOR: Final = re.compile(rf"one\s+(?:{_PLACE}|that|which)\s", _FLAGS)
_ADJECTIVE: Final = re.compile(
    r"often|seldom|\w{3,}(?:ive|al|ous|ful|ent|ant|ed|ing|able|ible|ic|ar|ly|ult|ish)\b", _FLAGS
)
_COMP: Final = rf"(?<!\bno\s)(?P<comp>more|fewer|less|{'|'.join(sorted((*_DEGREES, *_PLAIN_DEGREES)))})"
_VERY: Final = r"(?:(?:much|far|even|any|slightly|a lot|a bit|considerably|significantly|rather|the)\s+)*"
_ALTERNATIVES: Final = re.compile(rf"\b{_COMP}\s+or\s+{_COMP.replace('?P<comp>', '?:')}\b", _FLAGS)
# "Which took longer, the trial or the appeal", "Where was the turnout higher, in Velm or in Carve"
_CHOICE: Final = tuple(
    re.compile(
        rf"(?P<wh>which|what|who|whom|where|when|in (?:which|what) \w+)\b(?P<before>[^,:;?]*?)\s+{_VERY}{measure}\s*(?P<one>\S.*?),?\s+or\s+(?P<other>\S.*)",
        _FLAGS,
    )
    for measure in (
        rf"(?:{_COMP}\b(?P<after>[^,:;?]*?)|(?P<turn>first|last|earliest|latest))(?:[,:;?]|\s[–—-])",
        rf"{_COMP}(?P<after>)(?P<turn>)\s",
    )
)
# "Did more people die in the first or in the second flood"
_CHOICE_OF_TIMES: Final = re.compile(
    rf"(?P<aux>{AUX})\s+(?P<pre>.*?)\b{_VERY}(?<!the\s){_COMP}\b(?P<after>[^,:;?]*?)\s+(?P<one>{_PLACE}\s+\S.*?)\s+or\s+(?P<other>{_PLACE}\s+\S.*)",
    _FLAGS,
)
# "Did the trial take longer than the appeal", "Is the new bridge any wider than in 2016"
_THAN: Final = re.compile(
    rf"(?P<aux>{AUX})\s+(?P<pre>\S.*?)?\s*\b{_VERY}(?<!the\s){_COMP}\b(?P<after>[^,:;?]*?)\s+than\s+(?P<other>\S.*)",
    _FLAGS,
)
# "How much dearer was the bridge than planned", "By how much was the bridge longer than the old one"
_MUCH_THAN: Final = re.compile(
    rf"(?:by\s+)?how\s+(?:much|many|far)\s+{_COMP}(?P<noun>(?: (?!{AUX}\b)\w+)?)\s+(?P<aux>{AUX})\s+(?P<pre>\S.*?)\s+than\s+(?P<other>\S.*)",
    _FLAGS,
)
# "Was the quota as large as in the draft", "Did he come along in 2023 as he had in 2017"
_AS: Final = re.compile(
    rf"(?P<aux>{AUX})\s+(?P<pre>\S.*?)\s+as\s+(?P<degree>\w+)(?P<after>(?:\s\w+){{0,2}}?)\s+as\s+(?P<other>\S.*)",
    _FLAGS,
)
_AS_THEN: Final = re.compile(
    rf"(?P<asks>{AUX}\s+\S.*?)\s+(?P<one>{_PLACE}\s+\S.*?),?\s+(?:just\s+)?(?:as|like)\s+(?:(?:he|she|it|they)\s+)?(?:{AUX}\s+)?(?P<other>{_PLACE}\s+\S.*)",
    _FLAGS,
)
_SAME: Final = re.compile(
    rf"(?P<aux>{AUX})\s+(?P<pre>\S.*?)\s+the\s+same(?P<noun>(?:\s(?!as\b|and\b|{_PLACE}\b)\w+)?)\s*(?P<one>(?:{_PLACE}\s+\S.*?)?)\s+(?:as|and)\s+(?P<other>\S.*)",
    _FLAGS,
)
# "What ship brought each of the two leaders"
_EACH_OF: Final = re.compile(
    r"(?P<stem>(?:who|what|which|where|when|how)\b(?:(?!\bthat\b|[\"“”]).)*?)\s+(?:each|both) of\s+(?P<those>(?:the|his|her|its|their)\s+\S.*)",
    _FLAGS,
)
# "Which of her two talks with the union was the longer one": what several passages may tell
_WHICH_OF: Final = re.compile(
    rf"which\s+of\s+(?P<those>\S.*?)\s+(?P<verb>was|were|is|are|took|lasted|cost|had|drew|got)\s+{_VERY}{_COMP}(?P<after>(?:\s+ones?)?(?:\s+{_PLACE}\s(?:(?!\b(?:than|or)\b).)*)?)",
    _FLAGS,
)
_COUNT: Final = re.compile(r"\b(?:the\s+)?(?:two|three|four|both)\s+", _FLAGS)
_LAST_PLACE: Final = re.compile(rf"\s+{_PLACE}\s+(?:(?!\b{_PLACE}\s).)*$", _FLAGS)
_STARTS_PLACED: Final = re.compile(rf"{_PLACE}\b", _FLAGS)
_STAND_IN: Final = re.compile(
    rf"(?:there|it|he|she|they|that|those|what)\s+(?:{AUX}\s+)(?=\S)|(?:{AUX}\s+)(?={_PLACE}\b)", _FLAGS
)
_CLAUSE: Final = re.compile(
    r"(?:(?:was|were|had been|has been|is|are|originally|first|at first)\s+)*(?:planned|expected|announced|promised|agreed|forecast|budgeted|usual|before|ever|thought|hoped|feared|estimated|reported)\b",
    _FLAGS,
)
_LAST_AUX: Final = re.compile(rf"(?<=\w)\s+{AUX}$", _FLAGS)
_NEEDED: Final = re.compile(
    r"(?:necessary|allowed|needed|required|normal|possible|permitted|legal|ever|usual|meets)\b", _FLAGS
)
# A clause of its own: "than they claimed", "as the polls suggest"
_SAID: Final = re.compile(
    rf"^(?:he|she|it|they|we|you)\b|\b(?:{AUX}|should|must|says?|said|thinks?|thought|suggest(?:s|ed)?|claim(?:s|ed)?"
    r"|hope[ds]?|believe[ds]?|admit(?:s|ted)?|told)\W*$",
    _FLAGS,
)
_NOUN: Final = re.compile(rf"(?-i:[a-z])\w+(?:\s+{_PLACE}\s.*)?", _FLAGS)
# When it was, of both: "than Chelsea this season"
_TAIL: Final = re.compile(
    r"\s+(?:(?:in|during|since)\s+(?:\d{4}|January|February|March|April|May|June|July|August|September|October|November|December)\b.*"
    r"|(?:this|last|next)\s+(?:year|season|month|week|summer|winter|spring|autumn))$",
    _FLAGS,
)
_PEOPLE: Final = frozenset("person man woman people men women one minister president leader".split())


def contrasted(question: str) -> tuple[str, str] | None:
    """The questions for both sides of what is weighed, without the question mark of the whole; None for other questions.

    "Did the trial take longer than the appeal" gives "How long did the trial take?" and "How long did the appeal take?".
    """
    asked = _ALTERNATIVES.sub(lambda match: match["comp"], question)
    for pattern in _CHOICE:
        match = pattern.fullmatch(asked)
        if match:
            return _choice(match)
    for pattern, build in (
        (_CHOICE_OF_TIMES, _times),
        (_MUCH_THAN, _than),
        (_THAN, _than),
        (_SAME, _same),
        (_AS, _equals),
        (_AS_THEN, _then),
    ):
        match = pattern.fullmatch(asked)
        if match:
            return build(match)
    return None


def weighed(question: str) -> str | None:
    """What several things that are told apart by a measure are asked for: "How long were her talks?"; None for other questions."""
    each = _EACH_OF.fullmatch(question)
    if each:
        return f"{each['stem']} {_COUNT.sub('the ', each['those'], count=1)}?"
    match = _WHICH_OF.fullmatch(question)
    if not match or contrasted(question):
        return None
    how, after = _how(match["comp"], re.sub(r"^\s+ones?\b", "", match["after"], flags=_FLAGS))
    those = _COUNT.sub("", match["those"], count=1)
    verb = match["verb"].lower()
    return f"{_opened(how)} {verb} {those}{after}?" if verb in _BE else f"{those} {verb} {how}{after}?"


def _choice(match: re.Match[str]) -> tuple[str, str] | None:
    """Either side of "which ..., A or B": what is asked stands where its measure would be told ("A took how long")."""
    one, other = match["one"].strip(), match["other"].strip()
    wh = match["wh"].lower()
    how, after = _how(match["comp"] or match["turn"], match["after"] or "")
    leading = match.string[: match.start("comp" if match["comp"] else "turn")]
    is_attribute = re.search(r"\bthe\s+(?:\w+\s+)?$", leading, _FLAGS) is not None
    if _NO_SIDE.match(one) or _NO_SIDE.match(other) or (is_attribute and after.strip() and wh != "which"):
        return None
    named = _OF_THOSE.sub("", " ".join(re.sub(rf"\s+{_VERY}$", "", f"{match['before']} ").split()), count=1)
    if is_attribute and named.lower() in _BE:
        after = ""  # "Which is the bigger estate": A is
    before = named.split()
    if wh not in ("which", "what", "who", "whom"):
        one, other = (_located(side, wh) for side in (one, _placed(other, one)))
        opening = after.strip() if named.lower() == "did" else f"{named}{after}"
        return f"{_opened(how)} {opening} {one}?", f"{_opened(how)} {opening} {other}?"
    if len(before) > 1 and before[0].lower() in ("do", "did", "does"):  # "Whom did the voters trust more, A or B"
        return f"{_opened(how)} {named} {one}{after}?", f"{_opened(how)} {named} {other}{after}?"
    if len(before) == _NOUN_AND_VERB and not re.fullmatch(AUX, before[0], _FLAGS):
        named = before[1]  # "Which party won": the party is what is chosen
    if not named or named.lower() in _BE:
        return f"{_opened(how)} {named or 'is'} {one}{after}?", f"{_opened(how)} {named or 'is'} {other}{after}?"
    return f"{one} {named} {how}{after}?", f"{other} {named} {how}{after}?"


def _located(side: str, wh: str) -> str:
    """A side of "where" or "in which year" with its "in"."""
    is_bare = not _STARTS_PLACED.match(side) and (wh.startswith(("in ", "where")) or re.fullmatch(r"\d{4}", side))
    return f"in {side}" if is_bare else side


def _times(match: re.Match[str]) -> tuple[str, str]:
    """Either side of "did more people die in A or in B"."""
    how, after = _how(match["comp"], match["after"])
    pre = f"{match['aux'].lower()} {match['pre']}".strip()
    opening = after.strip() if pre == "did" else f"{pre}{after}"
    one, other = match["one"], match["other"]
    noun = re.search(rf"\b{_TURN}\s+(?P<noun>\w.*)", other, _FLAGS)
    if noun and re.search(rf"\b{_TURN}$", one, _FLAGS):
        one = f"{one} {noun['noun']}"
    return f"{_opened(how)} {opening} {one}?", f"{_opened(how)} {opening} {other}?"


def _than(match: re.Match[str]) -> tuple[str, str] | None:
    """Either side of "did A take longer than B": a time, a thing, or what was planned."""
    found = match.groupdict()
    aux, pre = found["aux"].lower(), (found["pre"] or "").strip()
    extra = (found.get("after") or found.get("noun") or "").rstrip()
    other = _LAST_AUX.sub("", _named_itself(found["other"]))
    is_bare = found["comp"].lower() == "more" and not extra.strip() and other.islower() and " " not in other
    if pre.lower().startswith("it ") or _SAID.search(other) or _NEEDED.match(other) or is_bare:
        return None
    if not extra.strip() and _NUMBER.match(other) and not _STANDS_FOR.match(other):
        return None
    how, after = _how(found["comp"], extra)
    if pre and after != extra and _NOUN.fullmatch(other):  # "more good than harm": of one thing
        return _nouns(how, other, aux, f"{pre}{after}")
    tail = None if _STARTS_PLACED.match(other) or _CLAUSE.match(other) else _TAIL.search(other)
    when = tail.group() if tail else ""
    other = other.removesuffix(when)
    if not pre:  # "Did more people come than in 2016"
        rest = _LAST_PLACE.sub("", after)
        return (f"{_opened(how)}{after}?", f"{_opened(how)}{rest} {other}?") if _STARTS_PLACED.match(other) else None
    return f"{_opened(how)} {aux} {pre}{after}{when}?", _other_than(how, aux, pre, after, other, when)


def _named_itself(other: str) -> str:
    """The other side without what only stands for it: "there was at Quay Lane" is "at Quay Lane"."""
    stands_in = _STAND_IN.match(other)
    return other[stands_in.end() :] if stands_in else other.strip()


def _other_than(how: str, aux: str, pre: str, after: str, other: str, when: str) -> str:
    """How the second side of "did A take longer than B" is asked for."""
    if _CLAUSE.match(other):
        return f"{pre} {other}: {how}?"
    if _STARTS_PLACED.match(other):
        kept, moved = (pre, _LAST_PLACE.sub("", after)) if after.strip() else (_LAST_PLACE.sub("", pre), "")
        return f"{_opened(how)} {aux} {kept}{moved} {other}?"
    if aux in _BE:
        return f"{_opened(how)} {aux} {other}{when}?"
    return f"{_opened(how)} {aux} {other} {pre.rsplit(maxsplit=1)[-1]}{_LAST_PLACE.sub('', after)}{when}?"


def _nouns(how: str, other: str, aux: str, rest: str) -> tuple[str, str]:
    """Either side of "are there more guns than people in America", "did it do more good than harm"."""
    amount = " ".join(how.split()[:2])
    noun, _, placed = other.partition(" ")
    end = f" {placed}" if placed else ""
    return f"{_opened(how)} {aux} {rest}{end}?", f"{_opened(amount)} {noun} {aux} {rest}{end}?"


def _equals(match: re.Match[str]) -> tuple[str, str] | None:
    """Either side of "was it as large as in A"."""
    aux, pre, other = match["aux"].lower(), match["pre"].strip(), _named_itself(match["other"])
    counts = match["degree"].lower() in ("many", "much") and match["after"].strip() and " " in pre
    if counts and aux not in _BE and not _STARTS_PLACED.match(other):  # "Has A as many seats as B"
        verb = pre.rsplit(maxsplit=1)[-1]
        how = f"How {match['degree'].lower()}{match['after']}"
        is_verb = aux in ("did", "does", "do") or verb in ("got", "had")
        return f"{how} {aux} {pre}?", f"{how} {aux} {other}{f' {verb}' if is_verb else ''}?"
    if match["degree"].lower() in ("soon", "well", "far", "long", "much", "many") and aux not in _BE:
        return None
    if _SAID.search(other) or _NUMBER.match(other):  # "as many as 40"
        return None
    how = f"How {match['degree']}{match['after']}"
    if _STARTS_PLACED.match(other):
        return f"{how} {aux} {pre}?", f"{how} {aux} {_LAST_PLACE.sub('', pre)} {other}?"
    return (f"{how} {aux} {pre}?", f"{how} {aux} {other}?") if aux in _BE else None


def _then(match: re.Match[str]) -> tuple[str, str]:
    """Either side of "did it happen in A as it had in B"."""
    return f"{match['asks']} {match['one']}?", f"{match['asks']} {match['other']}?"


def _same(match: re.Match[str]) -> tuple[str, str] | None:
    """Either side of "was it the same in A as in B"."""
    aux, pre, one, other = match["aux"].lower(), match["pre"].strip(), match["one"].strip(), match["other"].strip()
    noun = match["noun"].strip().lower()
    is_dated = _STARTS_PLACED.match(other) or re.match(r"\d{4}\b", other)
    if re.search(r"\sand\s*$", match.string[: match.start("other")], _FLAGS) and not (one and is_dated):
        return None  # "the same laws and courts"
    if not one:
        placed = _LAST_PLACE.search(pre)
        one = placed.group().strip() if placed else ""
        pre = pre[: placed.start()] if placed else pre
    done = aux.lower() not in _BE or re.search(r"ed$", pre) is not None
    wh = "Who" if noun in _PEOPLE else "How" if done else "What"
    other = _placed(other, one) if len(other.split()) < 3 else other
    if not _STARTS_PLACED.match(other):
        return f"{wh} {aux} {pre} {one}?", f"{wh} {aux} {other}?"
    return (f"{wh} {aux} {pre} {one}?", f"{wh} {aux} {pre} {other}?") if one else None


def _how(comparative: str, after: str) -> tuple[str, str]:
    """How the measure of a comparative is asked for, with the noun that belongs to it, and what comes after that."""
    word = comparative.lower()
    if word in ("earliest", "latest") or word in _WHEN:
        return "when", after
    if word in ("more", "less", "fewer"):
        noun = re.match(r"\s+(\w[\w'’-]*)(.*)", after)
        if not noun:
            return "how much", after
        what, rest = noun[1], noun[2]
        if _ADJECTIVE.fullmatch(what):
            return f"how {what}", rest
        if what.endswith("s") or what.lower() in _COUNTED:
            return f"how many {what}", rest
        return (f"how much {what}", rest) if not _STARTS_PLACED.fullmatch(what) else ("how much", after)
    return f"how {_DEGREES.get(word) or _plain(word)}", after


def _plain(comparative: str) -> str:
    """The adjective of a regular comparative: "harder" is "hard", "wealthier" is "wealthy"."""
    if comparative.endswith("ier"):
        return comparative[:-3] + "y"
    stem = comparative[:-2]
    return stem + "e" if stem.endswith(("saf", "sever", "gentl", "stabl", "clos", "rar")) else stem


def _placed(other: str, one: str) -> str:
    """The second of two places with the preposition of the first: "in Velm or Carve" asks of "in Carve"."""
    placed = _STARTS_PLACED.match(one)
    return other if _STARTS_PLACED.match(other) or not placed else f"{placed.group()} {other}"


def _opened(how: str) -> str:
    return how[:1].upper() + how[1:]
