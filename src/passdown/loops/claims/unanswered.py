"""Detector: what a person asked, or an assistant said is open, and nobody answered by the end."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.draft import Draft, distinct, key
from passdown.loops.claims.payload import Quote
from passdown.loops.claims.prose import sentences
from passdown.loops.claims.refused import DANGLING
from passdown.loops.claims.stated import bare, finished
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.loops.claims.prose import Span

MOST_OPEN = 20
"""Questions of one session that are asked, its last ones."""
LAST = 6
"""Messages of the assistant at the end of a session in which it says what is open."""
FEWEST_WORDS, MOST_WORDS = 5, 45
FEWEST_MEANT = 3
"""Meaningful words that a question has at the least."""
SAME = 0.6
"""The share of a question's meaningful words in what asks it again or answers it."""
OPEN, AGAIN, OFTEN = 0.75, 0.8, 0.85

ASKS = re.compile(
    r"^(?:so |and |but |also |do (?:you|we) know )?(?:which|what|where|why|how|who|when|whether|if|"
    r"is there|are there|does|do(?! (?:you|we|i|not)\b)|is|are|was|were|has|have(?! you))\b.*\?$",
    re.IGNORECASE,
)
# Asked of the one who works on it now, about what is being done: nothing to find out.
_OF_THE_MOMENT = re.compile(
    r"\b(?:you|your|i|me|my|should (?:we|this)|shall|let'?s|what'?s next|what else|next steps?|"
    r"this (?:pr|branch|commit|diff|change|file|session|plan|test|issue|fix|approach|screenshot)|"
    r"the (?:pr|diff|plan|screenshot|above|following|other|latest|last|next|first|second)|"
    r"anything (?:else|missing)|how about|what about|what if|make sense|looks?|going on|"
    r"happen\w*)\b|https?://|/Users/|/home/",
    re.IGNORECASE,
)
_WH = r"(?:which|why|whether|what|where|who|how|if)"
_ASKED = re.compile(rf"{_WH}\b", re.IGNORECASE)
_GAVE_UP = re.compile(
    r"(?:could(?: not|n't)|can(?:not|'t| not)|was(?: not|n't) able to|were(?: not|n't) able to|"
    r"unable to|did(?: not|n't)) (?:find (?:it |that |this |them )?out|determine|establish|confirm|"
    rf"figure (?:it |that |this )?out|find an answer|(?:say|tell) {_WH})\b|"
    r"(?:does(?: not|n't)|did(?: not|n't)) answer (?:it|that|this|the question)\b|"
    r"nothing (?:in|here|there)[^.\n]{0,60} (?:says|names|tells|explains|documents|mentions)\b|"
    r"(?:somebody|someone) (?:has to|have to|needs? to|must|should) (?:ask|find out|decide|"
    r"clarify|say)"
    r"\b|(?:stays?|remains?) (?:open|un(?:clear|explained|known|resolved|answered|decided))\b|"
    r"(?:can(?:not|'t)|could(?: not|n't)|(?:do|does|did)(?: not|n't)) (?:answer (?:it|that|this)|"
    r"have (?:that|this) information)\b|(?:could(?: not|n't)|did(?: not|n't)|can(?:not|'t)) find "
    r"(?:one|any(?:thing|where)?|(?:any |an )?(?:mention|answer|trace|documentation))\b|"
    r"\bno (?:idea|record|mention|trace|documentation|way to (?:tell|know))\b|"
    r"(?:is|are|was|were)(?: not|n't) (?:documented|mentioned|recorded|specified|defined|explained|"
    rf"written down|stated)\b|\bi(?:'m| am) not sure {_WH}\b|\b(?:is|remains|stays) unclear\b|"
    r"\bi (?:do not|don't|can(?:not|'t)) see [^.\n]{3,40} anywhere\b|"
    r"\b(?:somebody|someone)\b[^.\n]{0,30} will have to (?:say|tell|answer|decide)\b|"
    rf"\bopen question|\bi (?:do not|don't) (?:yet )?know {_WH}\b|"
    r"(?:does(?: not|n't)|did(?: not|n't)|do(?: not|n't)) (?:say|state|tell|mention|name|explain|"
    r"document|record|specify|show|reveal)\b|\bneither\b[^.\n]{3,80}\bnor\b|"
    r"\b(?:there(?:'s| is| are)|(?:i|we) (?:have|found|saw|see)) (?:no|nothing)\b[^.\n]{0,40}"
    r"\b(?:comments?|docs?|documents?|documentation|notes?|records?|reasons?|explanations?|"
    r"answers?|"
    r"hints?|traces?|commits?|tickets?|issues?|mentions?|entry|entries|access|insight)\b|"
    r"\b(?:i|we) have no (?:way|access|means|explanation|answer|insight|visibility)\b|"
    r"\b(?:can(?:not|'t)|could(?: not|n't)|unable to|not able to) (?:tell|see|say|verify|confirm|"
    r"determine|explain|answer|access|reproduce)\b|"
    r"\b(?:only|whoever) [\w ]{2,40} (?:knows?|can (?:tell|say)|would know)\b|"
    r"\b(?:is|are)(?: not|n't) (?:visible|clear|obvious|evident|apparent) (?:from|to me|in)\b",
    re.IGNORECASE,
)
# What leads a question in that nobody answers.
_WONDERED = re.compile(
    r"^(?:what (?:i|we) (?:still |really )?(?:don'?t|do not) know(?: yet)?|(?:i|we) (?:still )?"
    r"(?:don'?t|do not) know|nobody (?:here )?knows|(?:one|this|another) (?:thing|question|"
    r"point) (?:is|"
    r"remains|stays) (?:still )?open|(?:still |left )?(?:open|unclear|unknown|unresolved)|"
    r"to (?:be )?(?:clarified|decided|find out)|(?:remaining|unanswered|unresolved) (?:question|"
    r"point)s?|open question(?: for [\w' -]{2,40})?|the open question is)"
    r"\s*[:,\u2013\u2014-]\s*",
    re.IGNORECASE,
)
# What goes on after the question: why it is asked, what was done instead.
_MORE = re.compile(r";\s|\s[\u2013\u2014-]\s|, (?:since|because|but)\b")
_BACK = re.compile(r"\b(?:it|that|this|one|them)\b", re.IGNORECASE)
_IMPERSONAL = re.compile(r"^it(?:'s| is) ", re.IGNORECASE)
# The forms in which an assistant, or a person, says what is open; `say` is what is kept.
_OPEN = (
    re.compile(
        r"^(?:still |one )?open (?:question|point|issue)s?(?: is| remains| for [\w' -]{2,40})?"
        r"\s*[:\u2013\u2014-]\s*"
        r"(?P<say>\S.{8,})$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^to-?do: (?P<say>(?:find out|ask|clarify|decide|investigate|figure out|check "
        rf"{_WH}) .{{8,}})$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<say>(?:[\w' -]{1,30}, )?(?:we|somebody|someone|the team|a (?:human|person)|"
        r"operations|ops|whoever [\w ]{2,30}?)(?: (?!needs?|has|have|must|should|"
        r"will)[\w' -]{2,40}?)?"
        r" (?:still |first |also |really |then )?(?:needs?|has|have|must|should|ought|"
        r"will (?:have|need))(?: still| really)? (?:to )?"
        r"(?:find out|figure out|clarify|decide|ask|investigate|understand|confirm|check|verify|"
        r"tell(?: us| me)?|say|look into|answer) .{8,})$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?P<say>(?:it(?:'s| is) |{_WH}\b.{{3,80}} is )?(?:still )?(?:not (?:yet )?(?:clear|"
        rf"known)|unclear|unknown|an open question)(?: yet)?[:,]? ?{_WH}\b.{{8,}})$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<say>(?:i|we|nobody) (?:still |really |yet )?(?:(?:don'?t|do not|didn'?t|never) )?"
        r"(?:know|knows|knew|found out|find out|understood|understands|figured out) "
        rf"{_WH} .{{8,}})$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:(?:i|we) (?:have )?|there(?:'s| is) )?(?:still )?no (?:idea|clue|"
        rf"explanation (?:of|for)|"
        rf"explanation(?= {_WH})) (?:as to )?(?P<say>(?:{_WH}|the|its|an?)\b .{{8,}})$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?:(?:one|the (?:one|only|last)|another) (?:thing|point|question|part)s?"
        r"(?: that| which)? )?(?:i|we) (?:could(?: not|n't)|can(?:not|'t)|did(?: not|n't)|"
        r"was(?: not|n't) able to|am not able to|still (?:can't|don't)) (?:yet |"
        r"really )?(?:determine|"
        r"find out|explain|tell|say|verify|confirm|figure out|establish|answer|work out|understand|"
        rf"see|know)(?: is| was)?[:,]? (?P<say>{_WH} .{{8,}})$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:it )?(?:would be|is|it's) (?:good|worth|useful|interesting) (?:to know|knowing|"
        rf"asking|"
        rf"finding out|to find out|to ask) (?P<say>{_WH} .{{8,}})$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?:still )?(?:unexplained|unsolved|unclear|unknown|undecided|left open|not clear to me|"
        r"a mystery)(?: remains?| is| stays?)?\s*[:,\u2013\u2014-]? (?P<say>(?:is |remains )?"
        rf"(?:{_WH}|the) .{{8,}})$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<say>.{12,} (?:has|have|remains?|needs?|is|are) (?:still )?to be (?:decided|"
        r"clarified|found out|investigated|confirmed|answered)\b.{0,40})$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<say>.{12,} (?:stays?|remains?|is still|are still) (?:unclear|unexplained|unknown|"
        r"unresolved|unanswered|undecided)\b.{0,40})$",
        re.IGNORECASE,
    ),
)


class Open(NamedTuple):
    """One question that a session left open, and the words it was asked in."""

    observation: Observation
    span: Span
    text: str


class _Turn(NamedTuple):
    """What a person said, and what was replied until they spoke again."""

    prompt: Observation | None
    replies: list[Observation]


def unanswered(corpus: Corpus) -> list[Open]:
    """Every question that a session left open, in corpus order."""
    return [one for s in corpus.sessions() for one in _left_open(_turns(corpus.in_session(s.id)))]


def _turns(items: Sequence[Observation]) -> list[_Turn]:
    turns = [_Turn(None, [])]
    for one in items:
        if one.seen is Seen.PROMPT and one.trust is Trust.HUMAN:
            turns.append(_Turn(one, []))
        elif one.seen is Seen.REPLY:
            turns[-1].replies.append(one)
    return turns


def _left_open(turns: Sequence[_Turn]) -> Iterator[Open]:
    told = _said_open(turns)
    asked = [(n, one) for n, turn in enumerate(turns) if turn.prompt for one in _asked(turn.prompt)]
    given_up = [
        (place, one)
        for place, one in asked
        if any(alike(one.text, other.text) for other in told)
        or _gave_up_alone(one)
        or _gave_up(turns[place].replies, one.text)
    ]
    said = _unanswered(given_up, turns)
    mine = _wondered(turns)
    for one in (*told, *mine):
        # What strangers may have written is asked only where a person asked it.
        sound = one.observation.trust > Trust.AGENT
        if sound and not any(alike(one.text, other.text) for other in said):
            said.append(one)
    yield from said


def _said_open(turns: Sequence[_Turn]) -> list[Open]:
    """What the assistant said near the end to be open, and no person answered since."""
    last = [(n, reply) for n, turn in enumerate(turns) for reply in turn.replies][-LAST:]
    return _unanswered([(n, one) for n, reply in last for one in _told_open(reply)], turns)


def _wondered(turns: Sequence[_Turn]) -> list[Open]:
    """What a person said to be open, unless they said later what it is."""
    every = enumerate(turns)
    said = [(n, one) for n, turn in every if turn.prompt for one in _told_open(turn.prompt)]
    return _unanswered(said, turns)


def _unanswered(asked: Sequence[tuple[int, Open]], turns: Sequence[_Turn]) -> list[Open]:
    """The last of these that no later prompt answers."""
    late = asked[-MOST_OPEN:]
    index = Questions({str(n): one.text for n, (_, one) in enumerate(late)})
    answered = {
        n
        for place, turn in enumerate(turns if late else ())
        for span in (sentences(turn.prompt.text) if turn.prompt else ())
        for n in map(int, index.answered_by(span.text))
        if late[n][0] < place
    }
    return [one for n, (_, one) in enumerate(late) if n not in answered]


def _asked(prompt: Observation) -> Iterator[Open]:
    for span in sentences(prompt.text):
        text = _WONDERED.sub("", bare(span.text))
        if (ASKS.match(text) or text != bare(span.text)) and stands_alone(text):
            yield Open(prompt, span, text[0].upper() + text[1:])


def _told_open(one: Observation) -> Iterator[Open]:
    for span in sentences(one.text):
        whole = bare(span.text)
        text = _WONDERED.sub("", whole)
        found = next((hit for form in _OPEN if (hit := form.match(text))), None)
        said = found["say"] if found else text if text != whole and _ASKED.match(text) else ""
        said = _MORE.split(said)[0]
        if said and stands_alone(_IMPERSONAL.sub("", said)):
            yield Open(one, span, finished(said))


def stands_alone(text: str) -> bool:
    """Whether the question can be understood, and answered, by somebody in another session."""
    if not FEWEST_WORDS <= len(text.split()) <= MOST_WORDS:
        return False
    if _OF_THE_MOMENT.search(text) or DANGLING.search(text):
        return False
    return len(set(content_words(text))) >= FEWEST_MEANT


def _gave_up(replies: Sequence[Observation], question: str) -> bool:
    """Whether the last replies to it say, of something it names, that it was not found out."""
    meant = set(content_words(question))
    return any(
        _GAVE_UP.search(span.text) and _is_about(span.text, meant, points=place >= len(replies) - 2)
        for place, one in enumerate(replies)
        for span in sentences(one.text)
    )


def _gave_up_alone(asked: Open) -> bool:
    """Whether the person says in the next sentence that they did not find it out either."""
    after = asked.observation.text[asked.span.end : asked.span.end + 200]
    return bool(_GAVE_UP.search(after))


def _is_about(said: str, meant: set[str], *, points: bool) -> bool:
    """Whether it names what was asked, or, where it stands last, points back at it."""
    return bool(meant & set(content_words(said))) or (points and bool(_BACK.search(said)))


class Questions:
    """Questions by their meaningful words, to see which of them a statement answers."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._meant = {id: set(content_words(text)) for id, text in texts.items()}
        self._by_word: dict[str, list[str]] = {}
        for id, meant in self._meant.items():
            for word in meant:
                self._by_word.setdefault(word, []).append(id)

    def answered_by(self, said: str) -> list[str]:
        """Those that it answers: it says nearly all their words, and one that they lack."""
        told = set(content_words(said))
        if said.rstrip().endswith("?"):
            return []
        shared = Counter(id for word in told for id in self._by_word.get(word, ()))
        return sorted(
            id for id, n in shared.items() if self._enough(n, id) and told - self._meant[id]
        )

    def _enough(self, shared: int, id: str) -> bool:
        return shared >= max(FEWEST_MEANT, SAME * len(self._meant[id]))


def alike(a: str, b: str) -> bool:
    """Whether two questions ask the same."""
    ours, theirs = set(content_words(a)), set(content_words(b))
    fewer = min(len(ours), len(theirs))
    return fewer >= FEWEST_MEANT and len(ours & theirs) >= max(FEWEST_MEANT, SAME * fewer)


def questions(corpus: Corpus) -> Iterator[Draft]:
    """Each open question once, with every session that asked it, in the scope it was asked in."""
    groups: list[list[Open]] = []
    by_word: dict[tuple[str, str], list[int]] = {}
    for one in unanswered(corpus):
        words = [(one.observation.scope, word) for word in set(content_words(one.text))]
        shared = Counter(n for word in words for n in by_word.get(word, ()))
        near = (n for n in sorted(shared) if shared[n] >= FEWEST_MEANT)
        group = next((n for n in near if alike(groups[n][0].text, one.text)), None)
        if group is not None:
            groups[group].append(one)
            continue
        for word in words:
            by_word.setdefault(word, []).append(len(groups))
        groups.append([one])
    for each in groups:
        yield _draft(each, distinct(corpus, (one.observation.session for one in each)))


def _draft(group: Sequence[Open], sessions: int) -> Draft:
    first = group[0]
    words = sorted(set(content_words(first.text)))
    return Draft(
        key=key("question", first.observation.scope, *words),
        text=first.text,
        category="question",
        scope=first.observation.scope,
        confidence={1: OPEN, 2: AGAIN}.get(sessions, OFTEN),
        seen=tuple(one.observation for one in group),
        quotes=tuple(Quote(one.observation.seq, *one.span[:2]) for one in group),
    )
