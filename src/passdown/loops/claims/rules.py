"""Which sentences of a person state something that holds beyond the task at hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.claims.refused import COMMON, LOOKS, NEARBY, OWN, TROUBLE, any_of

if TYPE_CHECKING:
    from passdown.loops.claims.payload import Category


class Rule(NamedTuple):
    """One form of statement; its pattern names what is kept in `say`, and, of one that says what
    to use for what, both in `right` and `wrong`. A concrete one names a thing, or it is none. What
    matches `plain` is said in this form of one task, too, or pasted."""

    name: str
    pattern: re.Pattern[str]
    category: Category
    confidence: float
    refused: tuple[re.Pattern[str], ...] = COMMON
    after_reply: bool = False
    concrete: bool = False
    plain: re.Pattern[str] | None = None


def _rule(
    name: str,
    pattern: str,
    confidence: float,
    *refused: re.Pattern[str],
    category: Category = "fact",
    after_reply: bool = False,
    concrete: bool = False,
    plain: str = "",
) -> Rule:
    form = re.compile(pattern, re.IGNORECASE)
    weak = any_of(plain) if plain else None
    return Rule(name, form, category, confidence, (*COMMON, *refused), after_reply, concrete, weak)


# A verb as it is used to ask for something: neither past nor third person, and no adjective.
_DO = (
    r"(?!(?:the|a|an|on|in|up|been|mind|nice|good|great|better|best|more|happy|glad|sure|only|not|"
    r"fun|about|here|there|we|you|i|it|they|could|can|may|might|would|want|saw|got|had|was|were|is|are|ran|went|came|knew|did|seen|gone|again|so|"
    r"true|false|know|look|wonder|forget|worry|hesitate|our|your|its|their|his|what|and|or|to|for|"
    r"of|with|if|instead)\b)(?!\w*[^s\W]s\b)(?!\w*[^rp]ing\b)(?!\w*(?<!e)(?<!b)ed\b)[a-z][a-z-]+\b"
)
# What is done once, whatever it shall prevent.
_ONCE = (
    r"(?:modify|fix|update|add|create|implement|change|make|refactor|improve|remove|prevent|find|"
    r"check|execute|investigate) "
)
# Why it is so; kept, and no part of what is said.
_BECAUSE = (
    r"(?:(?:,| [-\u2013\u2014(:])? ?(?:because|since|as|otherwise|so that|that|it|they|the|"
    r"before|when|whenever|unless|if)\b.{3,160})?"
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
    r"generated|managed|in|at|under|on)|comes? from|goes? to|points? to|(?:is|are) (?:served|read|"
    r"taken|loaded|generated) from)"
)
_NOT_A_THING = (
    r"(?!(?:\w+ )?(?:bugs?|problems?|issues?|errors?|failures?|fix|changes?|typos?|questions?|"
    r"results?|outputs?|screenshots?|diffs?|transcripts?|sessions?|plans?|reports?|recordings?|"
    r"stack ?traces?|pr|branch|commits?|ideas?|differences?|only|focus|goal) )"
)
_OBJECT = (
    r"(?:`[^`]+`|(?!/users|/home|/tmp|/var|/private|~)[\w.-]*[/.:_][\w./:-]*\w/?|\d{2,5}\b|"
    r"[a-z0-9]+(?:-[a-z0-9]+){2,}\b)"
)
_RARELY_HERE = r"(?!the |a |an |my |your |their |some |more |less |both |it\b|that\b|them\b|just )"
_LED = (
    r"(?: (?:also|always|well))?(?:\s*[:,\u2013\u2014-]\s*|\s+that\s+|"
    r"\s+to\s+(?=.*\b(?:always|every|each|whenever|before|after)\b))"
)
_REMEMBER = rf"(?:remember|keep in mind|bear in mind|be aware|rule of thumb){_LED}"
# Documents and tools say the same of what they show.
_NOTE = rf"(?:note|reminder|for (?:future )?reference|important|nb|n\.b\.|heads[- ]up){_LED}"
# What binds whoever reads it, and not only tells something.
_BINDS = (
    r"(?:(?:no matter what,? |please )*(?:do not|don'?t|use|run|keep|prefer|avoid)\b|"
    r".*\b(?:always|never|whenever|every time|from now on|we|our)\b)"
)
# What we always did, or what has to be made sure once.
_ACCOUNT = r"^(?:we|make sure|be sure)\b"
_AGENT = r"(?:you|agents?|assistants?|ai|claude|codex|cursor|copilot|gemini)"
_EACH_TIME = r"^(?:every time|whenever) |\b(?:going forward|in (?:the )?future|at all times)[.!]*$"

RULES: tuple[Rule, ...] = (
    _rule("remember", rf"^{_REMEMBER}(?P<say>\S.+)$", 0.8, TROUBLE, plain=rf"^{_DO} (?!{_BINDS})"),
    _rule("note", rf"^{_NOTE}(?P<say>\S.+)$", 0.8, TROUBLE, plain=rf"^(?!{_BINDS})"),
    _rule(
        "always",
        rf"^(?P<say>(?:{_SHALL}|make sure (?:to |you |that you )?|be sure to )?"
        rf"(?:always|never)(?: ever)? {_SHOW}{_DO}.+)$",
        0.85,
        plain=_ACCOUNT,
    ),
    _rule(
        "always-when",
        r"^(?P<say>(?:in|for|when|whenever|before|after|on|if|unless|with|inside|every time|"
        rf"any ?time) [^,]{{3,90}}, ?(?:please )?{_SHALL}?"
        rf"(?:always|never|only ever) {_SHOW}{_DO}.*)$",
        0.85,
        plain=r"^(?:if|unless|with)\b",
    ),
    _rule(
        "must-always",
        r"^(?P<say>(?:all |the |every |our |an? )?[\w`/.,' -]{3,60}? (?:must|should) "
        rf"(?:always|never|only ever) {_DO}.*)$",
        0.8,
        LOOKS,
        plain=rf"^(?!(?:[\w-]+ ){{0,2}}{_AGENT} (?:must|should)\b)",
    ),
    _rule(
        "from-now-on",
        r"^(?P<say>(?:from now on|going forward|from here on(?: out)?|in (?:the )?future|"
        r"for future (?:sessions|reference|runs|work)|as a (?:general )?rule|by convention|"
        r"under no circumstances|at all times|(?:every time|whenever) (?:you|we) [^,]{3,60}),? "
        rf"(?:please )?(?:(?:you|we) (?:should |must |will )?)?(?:always |never |do not |don't )?"
        rf"{_DO}.+)$",
        0.85,
        plain=_EACH_TIME,
    ),
    _rule(
        "from-now-on",
        rf"^(?P<say>(?!if |in |{_ONCE}){_DO} .+,? (?:from now on|going forward|in (?:the )?future|"
        r"in (?:all )?future sessions|at all times|without exception|every single time))[.!]*$",
        0.85,
        plain=_EACH_TIME,
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
        rf"(?!only )[^,;]{{2,60}}){_BECAUSE}[.!]*$",
        0.75,
        NEARBY,
        any_of(r"\b(?:is|are|was|does|do|has) not\b"),
    ),
    _rule(
        "not-use",
        rf"^\(?(?P<say>(?:{_NEVER} (?:use|run|call) |not ){_RARELY_HERE}(?P<wrong>[^,;()]{{2,40}})"
        rf", (?:but |use |run )*{_RARELY_HERE}(?P<right>[^,;()]{{2,40}}?)(?: please)?){_BECAUSE}"
        r"[.!)]*$",
        0.75,
        NEARBY,
    ),
    _rule(
        "ours",
        r"^(?P<say>our (?!only |main |first |next |current |goal |problem |issue |bug |plan |last )"
        r"[\w`./ -]{2,50}? (?:is|are|listens?|runs?|expects?|returns?|requires?|needs?|lives?|"
        r"speaks?|accepts?|sends?|rejects?|limits?|allows?|comes?|goes|points?|stays?)\b [^,;]{3,})"
        r"(?:[,;] .+)?$",
        0.75,
        NEARBY,
        OWN,
        TROUBLE,
        concrete=True,
    ),
    _rule(
        "is-named",
        r"^(?P<say>(?:the|our) [\w`./ -]{2,40}?(?:server|database|db|bucket|cluster|region|host|"
        r"port|registry|endpoint|queue|namespace|time ?zone|package manager|"
        r"formatter|linter|runner|default branch|target version) (?:is|are) "
        rf"(?:called |named )?{_OBJECT}"
        r"[^,;]*)(?:[,;] .+)?$",
        0.75,
        NEARBY,
        OWN,
        TROUBLE,
    ),
    _rule(
        "generated",
        rf"^(?P<say>{_OBJECT} (?:is|are) (?:auto-?)?(?:generated|vendored|managed|compiled) "
        r"(?:by|from|with) [^,;]+)(?:[,;] .+)?$",
        0.75,
        NEARBY,
        OWN,
        TROUBLE,
    ),
    _rule(
        "everywhere",
        r"^(?P<say>(?!(?:you|i|it|this|that|there|they) )[\w`./' -]{3,50}? (?:is|are|must be|"
        r"should be|has to be|have to be|gets?) (?:\w+ )?(?:stored|kept|written|sent|returned|"
        r"encoded|formatted|measured|expressed|named|counted|rounded|sorted|logged|passed|saved|"
        r"serialized|read|made|handled|done|created|generated|built|released|deployed|tested)\b"
        r"(?=[^,;]*\b(?:everywhere|always|never|only|every|each)\b)[^,;]+)(?:[,;] .+)?$",
        0.75,
        NEARBY,
        OWN,
        TROUBLE,
    ),
    _rule(
        "on-version",
        r"^(?P<say>(?!(?:i|it|this|that) )(?:the |our )?[\w -]{3,40} (?:is|are|runs?|stays?) on "
        r"[A-Z][\w.+]* ?v?\d[\w.]*)(?:[,;] .+)?$",
        0.75,
        NEARBY,
        OWN,
        TROUBLE,
    ),
    _rule(
        "only",
        r"^(?P<say>(?!(?:i|it|this|that|we|you) )(?:the |our )?[\w`./ -]{3,50}? (?:only|always|"
        r"never) (?:runs?|works?|exists?|listens?|accepts?|returns?|allows?|lives?|sends?|reads?|"
        r"writes?|supports?|builds?|deploys?|starts?|happens?|goes|comes?) [^,;]{3,})"
        r"(?:[,;] .+)?$",
        0.75,
        NEARBY,
        OWN,
        TROUBLE,
        concrete=True,
    ),
    _rule(
        "use-for",
        rf"^(?P<say>use {_RARELY_HERE}[\w`./-]+ for (?:anything|everything|all|every|any|each|new)"
        r"\b[^,;]*)(?:[,;] .+)?$",
        0.75,
        NEARBY,
    ),
    _rule(
        "careful",
        r"^(?:be )?(?:careful|watch out|attention|warning)(?: there| here)?\s*"
        r"[:,\u2013\u2014-]\s*(?P<say>\S.{12,})$",
        0.8,
        TROUBLE,
        category="pitfall",
    ),
    _rule(
        "stop-doing",
        r"^(?P<say>stop \w+ing [^,]{3,60}), (?:the|it|they|that|we) .{6,}$",
        0.75,
        NEARBY,
        category="pitfall",
        concrete=True,
    ),
    _rule(
        "watch-out",
        r"^(?P<say>(?:watch out for|beware of|be careful with|careful with|look out for) .{6,})$",
        0.8,
        NEARBY,
        category="pitfall",
        concrete=True,
    ),
    _rule(
        "cannot",
        r"^(?P<say>(?:you|we) (?:can'?t|cannot|can only|may only|may not|must not) .{3,80}? "
        r"(?:without|unless|because|since) .{3,})$",
        0.75,
        NEARBY,
        OWN,
        category="pitfall",
        concrete=True,
    ),
    _rule(
        "breaks-when",
        r"^(?P<say>(?!(?:it|this|that|there|they) )(?:the |our )?[\w`./ -]{3,50}? "
        r"(?:only works?|works only|breaks?(?! in(?:to)?\b)|hangs|deadlocks|silently \w+|"
        r"times out) "
        r"(?:with|on|in|if|when|unless|"
        r"without|as soon as) (?!i\b|you\b|we\b).{4,})$",
        0.75,
        NEARBY,
        OWN,
        category="pitfall",
        concrete=True,
    ),
    _rule(
        "dont-because",
        rf"^(?:(?:you|we) )?(?P<say>{_NEVER} (?:ever )?{_DO} (?!it\b|this\b|that\b|them\b)"
        r".{3,120}?,?\s[-\u2013\u2014(]?\s?(?:because|since|so that|otherwise|or else|"
        r"as (?:it|that|they|we)|or (?:it|you|we|they)|(?<=, )(?:it|they|that)(?:'\w+)?) "
        r"(?!i\b).{6,})$",
        0.75,
        NEARBY,
        category="pitfall",
    ),
    _rule(
        "dont-ever",
        rf"^(?:(?:you|we) )?(?P<say>{_NEVER} (?:ever {_DO}.+|{_DO} .*\b(?:unless|"
        r"(?:before|until|while) (?:the|an?|all|every) .+|without "
        r"(?:asking|permission|approval|review|running|an? (?:review|test))|directly (?:to|on) \w+|"
        r"to (?:main|master|prod(?:uction)?)|anywhere|under any|in (?:any|all|our) \w+|"
        r"in (?:this (?:repo|project|codebase)|commit messages|comments|docs))\b.*))$",
        0.75,
        NEARBY,
        category="pitfall",
        plain=r"^(?!.*\b(?:ever|asking|permission|approval|review|running|"
        r"(?:to|on) (?:main|master|prod(?:uction)?))\b)",
    ),
    _rule(
        "lives-in",
        rf"^(?P<say>(?:the|our|all|every) {_NOT_A_THING}[\w`./ -]{{3,60}}? (?:should )?{_PLACE} "
        r"(?:in |at |under |on |inside |to |below )?(?:the |our )?(?:port |branch |bucket |"
        rf"folder |file |package |module |table |repo |host |queue )?{_OBJECT}.*)$",
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
        plain=r"^not\b",
    ),
)

MEMORY = _rule("memory", "(?P<say>.+)", 0.85)
"""What a person told the client to remember, in whatever form."""

# A correction says something only when it names a thing and what holds of it.
STATEMENT = any_of(
    r"^(?:for|in|on|with|by) [^,]{3,50}, .{6,}",
    r"^(?!just|only)(?:[\w`./@:-]+ ){1,8}?(?:is|are|lives?|uses?|needs?|requires?|runs?|goes|"
    r"belongs?|must|should|has|expects?|returns?|cannot|can't|doesn'?t|isn'?t|aren'?t|listens?|"
    r"means|never|always|only)\b .{2,}",
    rf"^(?:use|run) {_RARELY_HERE}(?:`[^`]+`|[\w./-]+)(?: (?:for|to|in|not|instead)\b.*)?[.!]*$",
)
PROHIBITION = re.compile(
    r"^(?:(?:in|for|when|whenever|before|after|on|if|unless|with|inside|every) [^,]+, )?"
    rf"(?:{_NEVER}|(?:you|we|agents?) (?:should not|shouldn'?t|must not|mustn'?t|"
    r"(?:should |must )?never))\b",
    re.IGNORECASE,
)
"""A statement that forbids something."""
