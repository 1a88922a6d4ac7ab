"""Which sentences of a person state something that holds beyond the task at hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from passdown.loops.claims.payload import Category

# ---- what no rule may take, whatever its form

_OWN = (
    r"(?! (?:repo|repository|project|codebase|monorepo|team|company|org|service|app|application|"
    r"package|workspace|machine|environment|system|library|product)\b)"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


QUESTION = _any(
    r"\?",
    r"^(?:can|could|would|will|should|shall|do(?!n'?t| not)|does|did|is|are|was|were|am|have|has|"
    r"may|might|what|what's|whats|how|why|where|who|which|whose|wdyt|q\s*:|any (?:idea|chance)|"
    r"when (?:do|does|did|will|is|are))\b",
)
HEDGE = _any(
    r"\b(?:i (?:think|guess|believe|suppose|suspect|feel|wonder|doubt|assume|hope|imagine)|"
    r"i'?d (?:say|guess|assume)|maybe|perhaps|probably|possibly|presumably|apparently|might|"
    r"not (?:sure|certain)|unsure|no idea|seems?|seemed|looks like|sounds like|kind of|sort of|"
    r"somehow|wondering|ideally|if i (?:remember|recall)|afaik|iirc|what if|likely|may be|"
    r"(?:would|could) be (?:nice|great|good|better|cool))\b"
)
NARRATION = _any(
    r"^(?:i|i'm|im|i've|ive|i'll|i'd|let me|let us|my|me|we(?:'re| are| were|'ve| have(?! (?:a|to)"
    r" (?:rule|policy|convention)\b)|'ll| will| just| got| did| saw| found| last| recently| added|"
    r" tried| need| can| could| had| see)|there(?:'s| is| are| was| were)?|here(?:'s| is| are)?|"
    r"then|once|thanks|thank|what|looks|got|let's)\b",
    r"\b(?:i'?m|i am|i'?ve|i have|i was|i did|i want|i need|i just|i'?ll|let me)\b",
)
# Words that tie a sentence to the work of the moment.
MOMENT = _any(
    r"\b(?:(?<!from )now(?! on)|(?:for|at) the moment|today|tonight|tomorrow|yesterday|"
    r"yet|still|so far|already|anymore|until (?:i|we|then)|when (?:you'?re|you are) done|"
    r"since (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:last|since) (?:night|week|month|sprint)|"
    r"go ahead|as (?:you|i|we) (?:said|mentioned|discussed|suggested)|the (?:pr|above|below)|"
    r"(?:pr|issue|task|step|option|phase|point|item|bullet|line|comment|ticket|wave) #?\d+)\b",
    r"(?<!\w)#\d+",
    r"\bthis (?:time|branch|pr|test|file|change|commit|task|session|function|plan|issue|ticket|"
    r"feature|one|case|part|section|approach|step|version|message|line|bug|error|fix|thing|doc|"
    r"review|comment|prompt|week|month|sprint|release|page|button|component|method|class)\b",
    r"\b(?:that|these|those) (?:\w+ )?(?:tests?|files?|changes?|branch(?:es)?|commits?|comments?|"
    r"prs?|lines?|errors?|issues?|functions?|sections?|docs?|parts?)\b",
)
# The same for statements that do not say by their form that they hold always.
NEARBY = _any(
    r"\bthe (?:plan|latest|previous|last|current|same|other|first|second|third|next|new|old|"
    r"existing|remaining|rest|following|ones?|only thing|user said)\b",
    r"\b(?:again|no longer|first|instead|continue|before|after|once|when) (?:you|i)\b|\bhere\b",
    r"\b(?:the user|you) said\b|[,;] (?:then|and then|just)\b|\bbut\b|\bscreenshot\b",
)
# A pronoun whose noun stands in another sentence.
DANGLING = _any(
    r"^(?:it|its|it's|that's|they|they're|he|she|such|both|neither|either|same|ones?|some|"
    r"all of (?:them|it|this|that))\b",
    rf"^(?:this|that|these|those)\b{_OWN}",
    r"^(?:\S+ ){1,3}(?:it|them|that)\b(?! (?:is|are|the|a|an|all|any|every|no|we|you|our|each)\b)",
    rf"\b(?:this|these|those)\b{_OWN}",
    r"^(?:\S+ ){0,6}(?:it|them|that|there)[.!]*$|\b(?:above|as follows|like so)\b|:$",
)
# Reports of what is wrong now, not of what holds.
TROUBLE = _any(
    r"\b(?:broken|fail(?:s|ed|ing)?|crash(?:es|ed|ing)?|missing|errors?|errored|bugs?|wrong|weird|"
    r"strange|odd|regression|slow(?:er)?|stuck|unused|redundant)\b",
    r"\b(?:do|does|did|is|are|was|were|can|could|has|have)(?:n'?t| not) (?:work|show|see|find|seem|"
    r"exist|get|appear|render|load|update|compile|pass|happen|look|match|correct|right|visible)\w*",
    r"\bnot (?:working|showing|visible|correct|right|good|clear|found|picked)\b",
)
COMMON = (QUESTION, HEDGE, NARRATION, MOMENT, DANGLING)

# ---- the forms


class Rule(NamedTuple):
    """One form of statement; its pattern names what is kept in `say`."""

    name: str
    pattern: re.Pattern[str]
    category: Category
    confidence: float
    refused: tuple[re.Pattern[str], ...] = COMMON
    after_reply: bool = False


def _rule(
    name: str,
    pattern: str,
    confidence: float,
    *refused: re.Pattern[str],
    category: Category = "fact",
    after_reply: bool = False,
) -> Rule:
    form = re.compile(pattern, re.IGNORECASE)
    return Rule(name, form, category, confidence, (*COMMON, *refused), after_reply)


# A verb as it is used to ask for something: neither past nor third person, and no adjective.
_DO = (
    r"(?!(?:the|a|an|on|in|up|been|mind|nice|good|great|better|best|more|happy|glad|sure|only|not|"
    r"fun|about|here|there|we|you|i|it|they|could|can|may|might|would|want|saw|got|had|was|were|is|are|ran|went|came|knew|did|seen|gone|again|so|"
    r"true|false|know|look|wonder|forget|worry|hesitate)\b)(?!\w*[^s\W]s\b)(?!\w*[^rp]ing\b)(?!\w*(?<!e)(?<!b)ed\b)[a-z][a-z-]+\b"
)
# What a product should do is a feature asked for; what an agent should do is a rule.
_SHOW = r"(?!(?:show|display|render|hide|return|print|sort|highlight|default|appear|be)\b)"
_SHALL = r"(?:(?:you|we|agents?|claude|everyone) (?:should |must |need to |have to )?)"
_NEVER = r"(?:don'?t|do not|must not|should not|shouldn'?t|mustn'?t|never|avoid)"
_HABIT = (
    r"(?:use|prefer|run(?! into| out)|deploy|store|keep(?! \w+ing\b)|write|follow|require|support|"
    r"target|publish|name|build|test|format|lint|pin|ship|host|release|tag|squash|rebase|merge|"
    r"manage|install|track|generate|log|document|mock|avoid|commit|push|cache|serve|forbid|allow)"
)
_PLACE = (
    r"(?:lives?|belongs?|sits?|(?:is|are) (?:kept|stored|located|defined|configured|documented|"
    r"generated|managed|in|at|under|on))"
)
_NOT_A_THING = (
    r"(?!(?:\w+ )?(?:bugs?|problems?|issues?|errors?|failures?|fix|changes?|typos?|questions?|"
    r"results?|outputs?|screenshots?|diffs?|transcripts?|sessions?|plans?|reports?|recordings?|"
    r"stack ?traces?|pr|branch|commits?|ideas?|differences?|only|focus|goal) )"
)
_OBJECT = r"(?:`[^`]+`|(?!/users|/home|/tmp|/var|/private|~)[\w.-]*[/.:_][\w./:-]*\w/?|\d{2,5}\b)"
_RARELY_HERE = r"(?!the |a |an |my |your |their |some |more |less |both |it\b|that\b|them\b|just )"

RULES: tuple[Rule, ...] = (
    _rule(
        "remember",
        r"^(?:remember|note|keep in mind|bear in mind|be aware|reminder|for (?:future )?reference|"
        r"important|nb|n\.b\.|heads[- ]up|rule of thumb)(?: (?:also|always|well))?"
        r"(?:\s*[:,\u2013\u2014-]\s*|\s+that\s+|\s+to\s+(?=.*\b(?:always|every|each|whenever|before|after)\b))"
        r"(?P<say>\S.+)$",
        0.8,
        TROUBLE,
    ),
    _rule(
        "always",
        rf"^(?P<say>(?:{_SHALL}|make sure (?:to |you |that you )?|be sure to )?"
        rf"(?:always|never)(?: ever)? {_SHOW}{_DO}.+)$",
        0.85,
    ),
    _rule(
        "always-when",
        r"^(?P<say>(?:in|for|when|whenever|before|after|on|if|unless|with|inside|every time|"
        rf"any ?time) [^,]{{3,90}}, ?(?:please )?{_SHALL}?"
        rf"(?:always|never|only ever) {_SHOW}{_DO}.*)$",
        0.85,
    ),
    _rule(
        "must-always",
        r"^(?P<say>(?:all |the |every |our |an? )?[\w`/.,' -]{3,60}? (?:must|should) "
        rf"(?:always|never|only ever) {_DO}.*)$",
        0.8,
    ),
    _rule(
        "from-now-on",
        r"^(?P<say>(?:from now on|going forward|from here on(?: out)?|in (?:the )?future|"
        r"for future (?:sessions|reference|runs|work)|as a (?:general )?rule|by convention|"
        r"under no circumstances|at all times|(?:every time|whenever) (?:you|we) [^,]{3,60}),? "
        rf"(?:please )?(?:(?:you|we) (?:should |must |will )?)?(?:always |never |do not |don't )?"
        rf"{_DO}.+)$",
        0.85,
    ),
    _rule(
        "from-now-on",
        rf"^(?P<say>(?!if |in ){_DO} .+,? (?:from now on|going forward|in (?:the )?future|"
        r"in (?:all )?future sessions|at all times|without exception|every single time))[.!]*$",
        0.85,
    ),
    _rule(
        "we-use",
        r"^(?P<say>(?:in (?:this|our) (?:repo|repository|project|codebase|team|monorepo),? )?"
        r"(?:we|our (?:team|company|org|project|repo|codebase|ci|pipeline|api|backend|frontend|"
        r"build|tests?|stack)) (?:(?:always|never|only|generally|normally|usually|deliberately|"
        r"intentionally) )?(?:don'?t |do not |doesn'?t |does not )?"
        rf"{_HABIT}s?(?:-\w+)? .+)$",
        0.75,
        NEARBY,
        TROUBLE,
    ),
    _rule(
        "we-lack",
        r"^(?P<say>(?:in (?:this|our) (?:repo|project|codebase),? )?(?:we|our \w+) "
        r"(?:don'?t|do not|doesn'?t|does not) have (?:an? |any )"
        r"(?!idea|plan|way|clue|time|choice|chance|problem).+)$",
        0.75,
        NEARBY,
    ),
    _rule(
        "use-not",
        r"^(?:let's |you should |we should |we must |you must |(?:i'?d )?)?"
        rf"(?P<say>(?:use|prefer|run|choose|call|import|write|stick (?:to|with)) {_RARELY_HERE}"
        rf"[^,;]{{2,60}}?,? (?:and )?(?:not|instead of|rather than|over) {_RARELY_HERE}"
        r"(?!only )[^,;]{2,60})[.!]*$",
        0.75,
        NEARBY,
    ),
    _rule(
        "dont-because",
        rf"^(?:(?:you|we) )?(?P<say>{_NEVER} (?:ever )?{_DO} (?!it\b|this\b|that\b|them\b)"
        r".{3,120}?,?\s[-\u2013\u2014(]?\s?(?:because|since|so that|otherwise|or else|"
        r"as (?:it|that|they|we)|or (?:it|you|we|they)) (?!i\b).{6,})$",
        0.75,
        NEARBY,
        category="pitfall",
    ),
    _rule(
        "dont-ever",
        rf"^(?:(?:you|we) )?(?P<say>{_NEVER} (?:ever {_DO}.+|{_DO} .*\b(?:unless|without "
        r"(?:asking|permission|approval|review|running|an? (?:review|test))|directly (?:to|on) \w+|"
        r"to (?:main|master|prod(?:uction)?)|anywhere|under any|in (?:any|all|our) \w+|"
        r"in (?:this (?:repo|project|codebase)|commit messages|comments|docs))\b.*))$",
        0.75,
        NEARBY,
        category="pitfall",
    ),
    _rule(
        "lives-in",
        rf"^(?P<say>(?:the|our|all|every) {_NOT_A_THING}[\w`./ -]{{3,60}}? (?:should )?{_PLACE} "
        rf"(?:in |at |under |on |inside |to |below )?(?:the |our |port |branch )?{_OBJECT}.*)$",
        0.75,
        NEARBY,
        TROUBLE,
    ),
    _rule(
        "lives-in",
        rf"^(?P<say>{_OBJECT} (?:should |must )?{_PLACE} (?:in |at |under |on |inside )"
        rf"(?:the |our )?{_OBJECT}.*)$",
        0.75,
        NEARBY,
        TROUBLE,
    ),
    _rule(
        "style",
        r"^(?:let's )?(?P<say>(?:use|prefer|stick to|follow|keep to|write in) (?:the )?"
        r"[\w' `/-]{2,40}? (?:spelling|conventions?|naming|indentation|indents?|notation|quotes|"
        r"commit messages|line endings|english)(?: (?:for|in|when|everywhere|only)\b.*)?)[.!:) ]*$",
        0.75,
        NEARBY,
    ),
    _rule(
        "how-to",
        r"^(?:just )?(?P<say>(?:you|we) (?:just )?(?:should|can|need to|have to|must)(?: just)? "
        r"(?:run|use|call|invoke|set|pass|start|build|test|deploy)(?: the)? `[^`]+`.*)$",
        0.75,
        NEARBY,
        TROUBLE,
        after_reply=True,
    ),
    _rule(
        "correction",
        r"^(?:no|nope|wrong|incorrect|not quite|that(?:'s| is)(?: totally| simply)? (?:wrong|"
        r"incorrect|not (?:right|correct|true|how))|you(?:'re| are) (?:wrong|mistaken|not correct|"
        r"incorrect)|(?:the )?[\w ]{0,24}(?:is|are) (?:not correct|incorrect|wrong))"
        r"\s*[,.:;\u2013\u2014-]+\s*(?P<say>\S.+)$",
        0.75,
        NEARBY,
        TROUBLE,
        after_reply=True,
    ),
)

MEMORY = _rule("memory", "(?P<say>.+)", 0.85)
"""What a person told the client to remember, in whatever form."""

# A correction says something only when it names a thing and what holds of it.
STATEMENT = _any(
    r"^(?:for|in|on|with|by) [^,]{3,50}, .{6,}",
    r"^(?!just|only)(?:[\w`./@:-]+ ){1,8}?(?:is|are|lives?|uses?|needs?|requires?|runs?|goes|"
    r"belongs?|must|should|has|expects?|returns?|cannot|can't|doesn'?t|isn'?t|aren'?t|listens?|"
    r"means|never|always|only)\b .{2,}",
    rf"^(?:use|run) {_RARELY_HERE}(?:`[^`]+`|[\w./-]+)(?: (?:for|to|in|not|instead)\b.*)?[.!]*$",
)
# Names, paths, flags, versions, ports: what a later session can look for.
CONCRETE = re.compile(
    r"`[^`\n]+`|[^\W_]+(?:[./:@_-]+[^\W_]+)+|(?<!\w)[./~]\w[\w./-]*|--\w[\w-]*|\b[a-z]+[A-Z]\w*|"
    r"\b[A-Z]{2,}[A-Z0-9_]*\b|\b[A-Z][a-z]+[A-Z0-9]\w*|\b\d{2,}(?:\.\d+)*\b|(?<!^)\b[A-Z][a-z]{2,}\b"
)
PROHIBITION = re.compile(
    r"^(?:(?:in|for|when|whenever|before|after|on|if|unless|with|inside|every) [^,]+, )?"
    rf"(?:{_NEVER}|(?:you|we|agents?) (?:should not|shouldn'?t|must not|mustn'?t|"
    r"(?:should |must )?never))\b",
    re.IGNORECASE,
)
"""A statement that forbids something."""
