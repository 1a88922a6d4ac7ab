"""What no statement may be, whatever its form: asked, hedged, told, of the moment, of trouble."""

from __future__ import annotations

import re

_OWN = (
    r"(?! (?:repo|repository|project|codebase|monorepo|team|company|org|service|app|application|"
    r"package|workspace|machine|environment|system|library|product)\b)"
)


def any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern of these, whatever the case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


QUESTION = any_of(
    r"\?",
    r"^(?:can|could|would|will|should|shall|do(?!n'?t| not)|does|did|is|are|was|were|am|have|has|"
    r"may|might|what|what's|whats|how|why|where|who|which|whose|wdyt|q\s*:|any (?:idea|chance)|"
    r"when (?:do|does|did|will|is|are))\b",
)
HEDGE = any_of(
    r"\b(?:i (?:think|guess|believe|suppose|suspect|feel|wonder|doubt|assume|hope|imagine)|"
    r"i'?d (?:say|guess|assume)|maybe|perhaps|probably|possibly|presumably|apparently|might|"
    r"not (?:sure|certain)|unsure|no idea|seems?|seemed|looks like|sounds like|kind of|sort of|"
    r"somehow|wondering|ideally|if i (?:remember|recall)|afaik|iirc|what if|likely|may be|"
    r"(?:would|could) be (?:nice|great|good|better|cool)|feel free|can you|could you|"
    r"in theory|(?:we|i) need (?:an? )?(?:option|way))\b"
)
NARRATION = any_of(
    r"^(?:i|i'm|im|i've|ive|i'll|i'd|let me|let us|my|me|we(?:'re| are| were|'ve| have(?! (?:a|to)"
    r" (?:rule|policy|convention)\b)|'ll| will| just| got| did| saw| found| last| recently| added|"
    r" tried| need| can| could| had| see)|there(?:'s| is| are| was| were)?|here(?:'s| is| are)?|"
    r"then|once|thanks|thank|what|looks|got|let's)\b",
    r"\b(?:i'?m|i am|i'?ve|i have|i was|i did|i want|i need|i just|i'?ll|let me|so i can)\b",
)
# Words that tie a sentence to the work of the moment.
MOMENT = any_of(
    r"\b(?:(?<!from )now(?! on)|(?:for|at) the moment|today|tonight|tomorrow|yesterday|"
    r"yet|(?<!we )still|so far|already|anymore|until (?:i|we|then)|when (?:you'?re|you are) done|"
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
NEARBY = any_of(
    r"\bthe (?:plan|latest|previous|last|current|same|other|first|second|third|next|new|old|"
    r"existing|remaining|rest|following|ones?|only (?:thing|differences?)|user said)\b",
    # One thing to make is a task.
    r"^(?!.*\b(?:every|each|always|never|any|all|whenever)\b).*\b(?:write|create|add|build|"
    r"implement) (?:an?|another|some|new) ",
    r"\bthe changes?\b|\bn'?t need to always\b",
    r"\bplease (?:fix|add|make|update|check|change|create|implement|remove)\b",
    r"\b(?:again|no longer|first|instead|continue|before|after|once|when) (?:you|i)\b|\bhere\b",
    r"\b(?:the user|you) said\b|[,;] (?:then|and then|just)\b|\bbut\b|\bscreenshot\b|\bthen "
    r"(?:push|commit|run|remove|add|fix|deploy|create|update|make|test|continue|proceed|tell|show)\b",
    # How the one answer is to look that the same message asks for.
    r"\bwhen (?:you )?answer(?:ing)?\b|\b(?:your|the|final) (?:final )?answer\b",
)
# A pronoun whose noun stands in another sentence.
DANGLING = any_of(
    r"^(?:it|its|it's|that's|they|they're|he|she|such|both|neither|either|same|ones?|some|"
    r"all of (?:them|it|this|that)|including|such as|getting|"
    r"looking at|for example)\b",
    rf"^(?:this|that|these|those)\b{_OWN}",
    r"^(?:\S+ ){1,3}(?:it|them|that)\b(?! (?:is|are|the|a|an|all|any|every|no|we|you|our|each)\b)",
    rf"\b(?:this|these|those)\b{_OWN}",
    r"^(?:\S+ ){0,6}(?:it|them|that|there)[.!]*$|\b(?:above|as follows|like so)\b|:$",
)
# Reports of what is wrong now, not of what holds.
TROUBLE = any_of(
    r"\b(?:broken|fail(?:s|ed|ing)?|crash(?:es|ed|ing)?|missing|errors?|errored|bugs?|wrong|weird|"
    r"strange|odd|regression|slow(?:er)?|stuck|unused|redundant)\b",
    r"\b(?:do|does|did|is|are|was|were|can|could|has|have)(?:n'?t| not) (?:work|show|see|find|seem|"
    r"exist|get|appear|render|load|update|compile|pass|happen|look|match|correct|right|visible)\w*",
    r"\bnot (?:working|showing|visible|correct|right|good|clear|found|picked|set|valid|defined)\b",
    r"\bintended (?:functionality|behaviou?r)\b|^the (?:goal|purpose|main idea) ",
    r"\bnot an? valid\b|^the tests? (?:expects?|says?|shows?)\b",
    r"\bcannot be found\b|\bcontinues? to\b|\b(?:is|are) being \w+ed\b",
)
# What a product shows to those who use it is asked for, and no rule for those who build it.
LOOKS = any_of(
    r"\b(?:navbar|nav bar|buttons?|screens?|modals?|dialogs?|sidebar|dashboard|footer|header|"
    r"menus?|icons?|tooltips?|dropdowns?|users?|popups?)\b"
)
OWN = any_of(r"\b(?:i|me|my|mine)\b|\bfor (?:some|no) reason\b")
# What was said of a secret says nothing without it, and with it must not be kept.
MASKED = re.compile(r"\[secret:[a-z0-9-]+:[0-9a-f]+\]|https?://\S{60}")
COMMON = (QUESTION, HEDGE, NARRATION, MOMENT, DANGLING, MASKED)

# Names, paths, flags, versions, ports: what a later session can look for.
CONCRETE = re.compile(
    r"`[^`\n]+`|[^\W_]+(?:[./:@_-]+[^\W_]+)+|(?<!\w)[./~]\w[\w./-]*|--\w[\w-]*|\b[a-z]+[A-Z]\w*|"
    r"\b[A-Z]{2,}[A-Z0-9_]*\b|\b[A-Z][a-z]+[A-Z0-9]\w*|\b\d{2,}(?:\.\d+)*\b|(?<!^)\b[A-Z][a-z]{2,}\b"
)
