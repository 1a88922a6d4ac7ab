"""Whether a plain sentence holds beyond the task: not by its form, but by the signs it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.claims.refused import (
    COMMON,
    CONCRETE,
    NARRATION,
    NEARBY,
    OWN,
    TROUBLE,
    any_of,
)
from passdown.text.entities import TOOLS

if TYPE_CHECKING:
    from passdown.loops.claims.payload import Category

DECLARED, TOLD, FORBIDDEN = 3, 3, 2
"""Signs that a sentence needs: of one that says how things are, what to do, what not to do."""
MOST_OF_A_KIND = 2
SURE = 0.75

# Why it is so, or what comes of the contrary.
_WHY = any_of(
    r"\b(?:because|since(?! v?\d)|otherwise|so that|or else|rel(?:y|ies) on|depends? on|"
    r"last time|the next \w+|the other|waits? for|expects?)\b|"
    r", so (?:please )?(?:always|never|don'?t|do not|no|use|run|leave|ask|keep|go|put|write|change|"
    r"edit|check|convert|treat|pass|call)\b|"
    r"[,;:\u2013\u2014-] (?:it|they|that|this|which|and then|or|the [\w ]{3,20}|[\w./-]{3,20}) "
    r"(?:will |would |can |could )?(?:take|lock|break|brick|corrupt|delete|wipe|drop|lose|ruin|"
    r"kill|"
    r"overwrite|block|pick|turn|write|replay|generate|expect|need|trigger|page|cost|depend|reset|"
    r"fail|hang|crash|create|remove|throw|stop|skip|ignore|mess|scramble|invalidate|choke|have|"
    r"need|match|use|be)(?:e?s)?\b|"
    r"[,;:\u2013\u2014-] (?!(?:and|but|so|or|then|please|i|you|we|let|use|make|add) )"
    r"(?:[\w./'-]+ ){1,4}(?:is|are|has|have|does|do(?:es)?n'?t|can'?t|must|needs?|chokes?|"
    r"belongs?|skips?|counts?|only|never|always|breaks?|takes?)\b"
)
# What comes of it where nobody heeds it.
HARM = any_of(
    r"\b(?:takes?|took|brings?|brought|pulls?|knocks?) .{2,40}\b(?:down|offline|out|to (?:revert|"
    r"recover|repair|clean))\b",
    r"\b(?:locks? (?:\w+ ){0,2}(?:out|up)|(?:will |would |can )?(?:bricks?|corrupts?|wipes?|"
    r"scrambles?|ruins?|overwrites?|clobbers?|truncates?|leaks?|deadlocks?)|breaks? (?:the|every|"
    r"all|our)|(?:takes?|took) (?:an? |half an? |\d+ )?(?:hours?|days?|weeks?)|nightmare|outage)\b",
)
# What is said of things that stay as they are.
_LASTING = any_of(
    r"\b(?:frozen|legacy|deprecated|generated|vendored|read[- ]only|append[- ]only|source of truth|"
    r"owned by|maintained by|managed by|lives?|comes? from|overwritten|synced|mirrored|fetched|"
    r"pulled from|pinned|stored|kept|measured|encoded|named|called|internally|by default|"
    r"by design|on purpose|intentional\w*|deliberate\w*|convention|polic(?:y|ies)|standard|"
    r"official|canonical|nightly|hourly|weekly|monthly|every (?:night|day|week|hour|month|release|"
    r"deploy\w*|commit|time|build|merge|run)|everything|nothing|everybody|everyone|anything|"
    r"anybody|nobody|no one|whatever|everywhere|throughout|until|unless|whenever|as of|since "
    r"v?\d|in production|without an?y?|instead of|rather than|belongs?|speaks?|listens? on|ships?|"
    r"serve[sd]?|hosted|replaced|switched|migrated|moved to|stick to|stays?|supports?|owns?|dead|"
    r"net|gross|cents|pence|utc|iso(?: \d+)?|metres?|meters?|millimet\w+|seconds|milliseconds|"
    r"bytes|integers|uuids?|lower ?case|upper ?case|snake_case|base64|inclusive|exclusive|"
    r"(?:zero|one|0|1)-based|ascending|descending|in english|imperative|"
    r"go(?:es)? (?:in|into|under|to)|wiped|written by|come from|thrown away|at night|on its own|"
    r"across|get overwritten|stable|"
    r"has (?:no|nothing|\w+ million|\d+)|have (?:no|\d+))\b"
)
# What binds whoever comes next.
_BINDING = any_of(
    r"\bno go\b|\b(?:must(?:n't)?|have to|has to|needs? to|only|never|always|cannot|can'?t|may not|"
    r"(?:not|is) allowed|supposed to|(?:is|are) required|mandatory|forbidden|reserved for|no other|"
    r"required|off[- ]limits|go(?:es)? through|has no|have no|nobody may|not permitted|"
    r"(?:is|are) not|isn'?t|aren'?t|no longer)\b"
)
# What a session works in, and the next one will, too.
_PLACE = any_of(
    r"\b(?:staging|prod(?:uction)?|(?<!\w)ci\b|ports?|databases?|db|buckets?|clusters?|regions?|"
    r"servers?|hosts?|queues?|master|main|vpn|runners?|registry|schemas?|migrations?|"
    r"env(?:ironment)?"
    r"(?: var\w*)?|configs?|apis?|endpoints?|services?|gateways?|pipelines?|lockfiles?|monorepo|"
    r"packages?|modules?|compilers?|sdks?|toolchains?|test suite|specs?|fixtures|containers?|"
    r"branch(?:es)?|releases?|deploys?|deployments?|tables?|repos?|repository|codebase|linter|"
    r"formatter|time ?zones?|utc|timestamps?|dates?|units?|currency|amounts?|ids?|locales?|"
    r"translations?|tokens|licen[cs]es?|accounts?|boards?|devices?|laptops?|machines?|webhooks?|"
    r"cron|cache|runtime|sandbox|changelog|openapi|sentry|grafana|makefile|env file|mirror|"
    r"load balancer|workers?|commit messages?|end ?points?|tests?|logs?|docs?|in (?:this|"
    r"our) (?:repo|project|codebase|team|company))\b"
)
_SIGNS = (_WHY, HARM, _LASTING, _BINDING, _PLACE, CONCRETE)
# Somebody says that it is worth keeping.
FRAMED = any_of(
    r"^(?:\W*(?:ok(?:ay)?|yes|no|also|and|so|oh|ah|hm+|right|well)\b\W*)*(?:for context|fyi|btw|"
    r"by the way|heads[- ]up|just so (?:you know|it'?s clear|that'?s clear|we'?re clear)|to be "
    r"clear|for the record|for (?:your )?(?:info|information|background)|background|note|remember|"
    r"careful|warning|one (?:thing|warning|note|rule|more thing|caveat|gotcha)|gotcha|caveat|"
    r"important|keep in mind|small note|worth knowing|good to know|as a reminder|reminder|"
    r"you should know|before (?:i|you) forget)\b",
    r"[,.] (?:btw|by the way|fyi|just so you know)[.!]*$",
)

_VERB = (
    r"(?:is|are|has|have|must|needs?|cannot|can't|may not|lives?|comes?|go(?:es)?|gets?|"
    r"expects?|"
    r"returns?|requires?|accepts?|rejects?|uses?|runs?|speaks?|listens?|reads?|writes?|belongs?|"
    r"depends?|relies|rely|stays?|counts?|takes?|breaks?|locks?|bricks?|holds?|keeps?|contains?|"
    r"includes?|sends?|points?|starts?|ends?|works?|supports?|serves?|sees?|talks?|replays?|"
    r"doesn'?t|don'?t|do not|does not|isn'?t|aren'?t|only|never|always|owns?|wipes?|drops?|kills?|"
    r"deletes?|resets?|overwrites?|corrupts?)"
)
_NOUNS = (
    r"(?!(?:i|you|it|its|it's|this|that|these|those|there|they|he|she|we|what|which|who|why|how|"
    r"when|where|if|then|let|let's|maybe|please|just|not|no|yes|now|here|so|also|don'?t|never|"
    r"always|make|add|use|run|fix|change|look|check|see|try|do|go|create|update|remove|move|put|"
    r"give|show|tell|confirm|verify|ensure|validate|debug|brainstorm|mock|stub|set|handle|call|"
    r"return|raise|catch|import|export|install|start|stop|open|close|copy|build|deploy|push|pull|"
    r"merge|commit|revert|find|get|list|print|log|extract|inline|split|replace|convert|simplify|"
    r"clean|optimi[sz]e|improve|enhance|allow|disable|enable|increase|reduce|adjust|modify|"
    r"configure|describe|analy[sz]e|compare|summari[sz]e|generate|assume|consider|ignore|skip|"
    r"proceed|continue|follow|include|define|provide|apply|wrap|rather|based|given|according|"
    r"keep|write|read|test|"
    r"implement|rename|delete|review|investigate|explain|"
    r"nothing is|everything is|something|someone|some|both|only|can|could|would|should|is|are|"
    r"does|did|will|all good|my|your)\b)"
)
_DECLARES = any_of(rf"^{_NOUNS}(?:[\w`'./@*:+-]+ ){{1,9}}?{_VERB}\b .{{3,}}$")
_OURS = any_of(
    r"^we(?:'re| are) (?:\w+ )?(?:on|using|at|stuck (?:on|with)|bound to|limited to|required to|"
    r"not allowed to|supposed to) .{3,}$",
    r"^we (?:have to|must|can only|can'?t|cannot|may only|only|never|always|don'?t|do not|deploy|"
    r"publish|ship|support|keep|host|store|test) .{3,}$",
)
_NEVER = r"(?:do not|don'?t|dont|never|please no|no|nobody|avoid|refrain from|stay away from)"
_FORBIDS = any_of(
    rf"^(?:whatever (?:you|we) do,? |please,? |and |but |(?:you|we) (?:should |must )?)?{_NEVER} "
    r"(?:ever )?(?!idea|problem|worries|need|way|rush|matter|mind|change|longer|more|such|worry|"
    r"forget|hesitate|know|think|see|you|we|i|wait|one)[\w:/.`-]+ .{6,}$"
)
_TELLS = any_of(
    r"^(?:please )?(?:go through|stick to|leave|keep|you (?:have|need) to|you must|"
    r"you'?ll (?:have|need) to|make sure (?:to|that "
    r"you|you)|be sure to|always|we (?:have|need) to) [a-z]+ .{6,}$"
)
_RULED = any_of(
    r"^(?:if|when|whenever|every time|any ?time|as soon as) (?:you|we|some(?:body|one)|"
    r"any(?:body|one)) (?!are done|finish|think|see|want|like|can|could|agree)"
    r"(?![^,]*\b(?:that|it|this|them)\b)[^,]{5,70}?,? "
    r"(?:then )?(?:you|we|they)(?:'ll)? (?:also )?(?:have to|need to|must) .{5,}$"
)
_WHATEVER = any_of(r"^whatever (?:happens|(?:you|we) do),? .{12,}$")
_WARNS = any_of(
    r"^(?:be )?careful (?:with|when) .{8,}$",
    r"^(?:you|we) ?(?:will|'ll|would|might|can) (?:brick|lose|break|corrupt|overwrite|wipe|lock|"
    r"delete|destroy|ruin|leak) .{2,60} (?:if|when|unless|once|as soon as) .{5,}$",
)
_RATHER = re.compile(
    r"^(?:(?:no|nope|stop|wait)[,.:! ]+)?(?:it(?:'s| is)|that(?:'s| is)|should be) "
    r"`?(?P<right>[a-z][\w:./ -]{1,40}?)`?(?: (?:in |around )?here)?,? (?:and )?not "
    r"`?(?P<wrong>[a-z][\w:./ -]{1,40}?)`?[.!]*$",
    re.IGNORECASE,
)
_ITS_USE = re.compile(
    r"^(?:\w+ ){0,4}?(?:use|run|call|go through|start with|invoke|stick to|via) `?([\w.-]+)",
    re.IGNORECASE,
)
# Programs, but for those that are called as everyday words are.
_PROGRAMS = TOOLS - {"bat", "black", "fd", "find", "go", "just", "make", "mix", "node", "screen"}
_ASIDE = re.compile(
    r"(?:,? (?:by the way|btw|fyi|please))(?=[,.!]|$)|\s*\b(?:in |over |around )?here\b"
)
# What a product should look like, or what one sees of it now, is no rule for whoever builds it.
_SEEN_NOW = any_of(
    r"\b(?:button|page|screen|modal|dialog|label|icon|tab|header|footer|sidebar|toolbar|menu|"
    r"colou?r|font|pixels?|px|margin|padding|visible|displayed|shown|showing|user (?:can|should|"
    r"must)|users (?:can|should|must)|looks?|currently|right now|at the moment|my machine|"
    r"is (?:fine|good|ok(?:ay)?|done|correct|great|red|green|too \w+)|should (?:be able|also|now|"
    r"show|have|work|be (?:possible|easy))|new feature|title|wording|too (?:long|big|small|many|"
    r"much|slow|few))\b",
    r"\bneeds? (?:an?|some|more|another|to (?:show|be|have|print|return|support|display|handle))\b",
    r"\bcan (?:\w+ )?(?:overwrite|break|lose|fail|cause|lead|corrupt|drop|reset|delete|leak)\b",
    r"\*\*|\blet'?s\b|^[\w -]{3,30}: |\b(?:above|below|attached|screenshot|the following|so far|"
    r"as well|review|approve[ds]?|merged|pushed|commits?|pr|prs|diff|plan|phase|ticket|tasks?)\b",
)
# Names of code out of backticks: told of what one reads, by somebody who reviews it.
_OF_CODE = re.compile(
    r"(?<![`\w./-])(?:[a-z]+|[A-Z][a-z0-9]+)(?:[A-Z][a-z0-9]+)+\b|\w\(\)|\bfunctions?\b"
)
_REFUSED = (*(one for one in COMMON if one is not NARRATION), OWN, _SEEN_NOW)
# What was, or would be; what a name in code does, as one who reads it explains.
_TOLD_OF = any_of(
    r"\b(?:would|could|was|were|did(?:n't)?|involved|removed|ensured|remained|been|became|without "
    r"it|generally|fairly|we've|you'd|they'd)\b|^(?:or|while|with|dropping|removed)\b",
    r"^(?:the |our )?`[A-Za-z_]\w*(?:\(\))?`",
)
_NEAR = (NEARBY, TROUBLE, _OF_CODE)
# What we are on, or bound to, is no tale.
_BOUND = any_of(
    r"^we(?:'re| are) (?:\w+ )?(?:on|at|stuck|bound|limited|required|not allowed|supposed)\b",
    r"^we (?:need|can|had|have) (?:to|only|no)\b",
)
_NAMES = re.compile(r"`[^`]*`|(?<!\w)[\w.-]*[/.][\w./-]+\w|^(?:all )?(?:errors|crashes|failures)\b")
_OF_THE_PAST = re.compile(r"\b(?:that|which) (?:is|are|was|were|has|have) already\b|'re already\b")


class Plain(NamedTuple):
    """What a plain sentence says for good, and what kind of lesson that is."""

    text: str
    category: Category


def rather(sentence: str) -> Plain | None:
    """`It's A, not B`, said of a program that is known: what to call, and with what not."""
    found = _RATHER.match(sentence)
    if found is None or not {found["wrong"].split()[0], found["right"].split()[0]} & _PROGRAMS:
        return None
    return Plain(f"Use `{found['right']}`, not `{found['wrong']}`", "tool-quirk")


def durable(said: str, *, framed: bool) -> Plain | None:
    """The sentence, where it shows enough signs that it holds for whoever comes next; one that is
    announced as worth knowing needs one sign less."""
    text = " ".join(_ASIDE.sub("", said).split())
    signs = _signs(text) + framed
    return None if _is_of_the_moment(text) else _ruled(text, signs) or _declared(text, signs)


def _is_of_the_moment(text: str) -> bool:
    """Whether it is asked, hedged, told, or tied to what is being done."""
    plain = _OF_THE_PAST.sub("that is", text)
    if any(refused.search(plain) for refused in _REFUSED):
        return True
    return bool(NARRATION.search(text)) and not _BOUND.match(text)


def _ruled(text: str, signs: int) -> Plain | None:
    """What it says to do or not to do, with the reason or the occasion."""
    if _WARNS.match(text) and signs >= FORBIDDEN:
        return Plain(text, "pitfall")
    if _RULED.match(text) or (_WHATEVER.match(text) and not _FORBIDS.match(text)):
        return Plain(text, "fact")
    if _FORBIDS.match(text):
        of = _use(text)
        enough = signs + bool(of) >= FORBIDDEN and _says_why(text)
        return Plain(text, of or "pitfall") if enough else None
    if _TELLS.match(text) and signs >= TOLD and _says_why(text) and not _is_near(text):
        return Plain(text, _use(text) or "fact")
    return None


def _declared(text: str, signs: int) -> Plain | None:
    """What it says of how things are, and will be for whoever comes next."""
    if _FORBIDS.match(text) or _TELLS.match(text) or _is_near(text):
        return None
    if signs >= DECLARED and (_DECLARES.match(text) or _OURS.match(text)) and _holds(text):
        return Plain(text, "pitfall" if HARM.search(text) else "fact")
    return None


def _signs(text: str) -> int:
    """How many signs it shows, of each kind two at the most."""
    return sum(min(len(_found(kind, text)), MOST_OF_A_KIND) for kind in _SIGNS)


def _found(kind: re.Pattern[str], text: str) -> set[str]:
    return {found.group().lower() for found in kind.finditer(text)}


def _is_near(text: str) -> bool:
    """Whether it may be about what is wrong now, or what one looks at; names tell nothing of it."""
    plain = _NAMES.sub("it", text)
    return bool(_TOLD_OF.search(text)) or any(refused.search(plain) for refused in _NEAR)


def _says_why(text: str) -> bool:
    return bool(_WHY.search(text) or HARM.search(text))


def _holds(text: str) -> bool:
    """Whether it says more than what something is: that it lasts, binds, or why."""
    return any(kind.search(text) for kind in (_WHY, HARM, _LASTING, _BINDING))


def _use(text: str) -> Category | None:
    """A quirk, where it is about a program that is known by its name."""
    found = _ITS_USE.match(text)
    return "tool-quirk" if found and found[1].lower() in TOOLS else None
