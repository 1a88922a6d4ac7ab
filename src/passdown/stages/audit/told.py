"""A verdict as people read it: in a terminal, and as the one comment on a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from passdown.stages.audit.verdict import SHOWN_CHECKS, WORSE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MARK = "<!-- passdown:audit {key} -->"
LONGEST = 65_000
"""Characters that a forge takes."""

SHORT = 8
"""Characters of a finding's name that are shown: a start of it is enough."""
_WORD = {
    "approve": "nothing in the way",
    "request_changes": "changes are asked for",
    "block": "blocked",
}
_SIGN = {"verified": "holds", "refuted": "does not hold", "partial": "holds in part",
         "unverifiable": "cannot be told", "superseded": "was taken back", "not_run": "was not run",
         }  # fmt: skip
_PART_OF = {"claims": "static", "sarif": "static", "lint": "static", "drift": "kb_query"}
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+!|~@])")


def text(verdict: Mapping[str, Any], *, kept: bool = True) -> str:
    """For a terminal; of one that is kept with what findings are called by, to say of one whether
    it was right."""
    lines = [*_lines(verdict, kept=kept), *_after(verdict, kept=kept)]
    return "\n".join(lines) + "\n"


def markdown(verdict: Mapping[str, Any]) -> str:
    """For a forge: nothing that others wrote can become a link, a mention or a tag in it."""
    body = "\n".join([MARK.format(key=verdict["audit_key"]), *_sections(verdict)])
    return body if len(body) <= LONGEST else body[: LONGEST - 20] + "\n\n… (cut)"


def shown(verdict: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings that are told, the heaviest first."""
    weights = ("block", "warn", "info")
    told = [one for one in verdict["findings"]
            if one["severity"] in weights and one["state"] != "suppressed"]  # fmt: skip
    return sorted(told, key=lambda one: (weights.index(one["severity"]), one["rule"]))


def four(verdict: Mapping[str, Any]) -> list[dict[str, str]]:
    """The checks as they are shown: what is held against the lines is one, what is known another;
    each is as good as the worst of its parts."""
    known = {name: _together(name, verdict["checks"]) for name in SHOWN_CHECKS}
    return [one for one in known.values() if one is not None]


def _together(name: str, checks: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
    parts = [one for one in checks if _part_of(one["name"]) == name]
    if not parts:
        return None
    status = max((str(one["status"]) for one in parts), key=WORSE.index)
    reasons = dict.fromkeys(str(one["reason"]) for one in parts if one["reason"])
    return {"name": name, "status": status, "reason": "; ".join(reasons)}


def _part_of(check: str) -> str:
    """The check as which it is shown: of linters there is one each, `lint.ruff`."""
    return _PART_OF.get(check.partition(".")[0], check)


def _lines(verdict: Mapping[str, Any], *, kept: bool) -> Iterator[str]:
    yield f"{_WORD[verdict['overall']]}: {verdict['one_liner']}"
    yield ""
    for one in shown(verdict):
        mark = f" [{one['fp'][:SHORT]}]" if kept else ""
        yield f"{one['severity']:<5} {one['rule']}  {one['message']}{mark}"
        yield from (f"        {_place(at)}  {at['text'][:100]}" for at in one["locations"][:3])
    quiet = [one for one in verdict["findings"] if one["state"] == "suppressed"]
    yield from (f"quiet {one['rule']}  {one['message']} ({one['reason']})" for one in quiet)
    if verdict["claims"]:
        yield ""
        yield from (f"  {_SIGN[one['result']]}: “{one['text'][:90]}”: {one['why']}"
                    for one in verdict["claims"])  # fmt: skip
    yield ""
    yield "checks: " + ", ".join(
        f"{check['name']} {check['status']}" + (f" ({check['reason']})" if check["reason"] else "")
        for check in four(verdict)
    )
    for prior in verdict["kb"]["prior_audits"][:3]:
        yield f"before: audit {prior['id']} ended in {prior['overall']}"


def _after(verdict: Mapping[str, Any], *, kept: bool) -> Iterator[str]:
    """What could not be done, and what a reader may do next."""
    yield from (f"warning: {one}" for one in verdict.get("warnings", ()))
    if kept:
        key = verdict["audit_key"][:12]
        how = f": passdown audit feedback {key} [FINDING] confirmed|dismissed|fixed"
        yield f"kept as audit {key}{how if shown(verdict) else ''}"


def _sections(verdict: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {_WORD[verdict['overall']].capitalize()}"
    yield plain(verdict["one_liner"])
    told = shown(verdict)
    if told:
        yield "\n| weight | rule | what | where |\n|---|---|---|---|"
        yield from (_row(one) for one in told)
    if verdict["claims"]:
        yield "\n<details><summary>What the change says of itself</summary>\n"
        yield from (f"- **{_SIGN[one['result']]}**: {_claim(one)}" for one in verdict["claims"])
        yield "</details>"
    yield from _before(verdict["kb"]["prior_audits"])
    yield "\n" + " · ".join(f"{check['name']}: {check['status']}" for check in four(verdict))


def _before(prior: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if prior:
        ids = ", ".join(f"`{one['id']}` ({one['overall']})" for one in prior)
        yield f"\nEarlier audits of the same: {ids}"


def _row(one: Mapping[str, Any]) -> str:
    where = ", ".join(f"`{_place(at)}`" for at in one["locations"][:3]).replace("|", "\\|")
    return f"| {one['severity']} | `{one['rule']}` | {plain(one['message'])} | {where} |"


def _claim(one: Mapping[str, Any]) -> str:
    return f"{plain(one['text'][:200])} ({plain(one['why'])})"


def _place(at: Mapping[str, Any]) -> str:
    path = "".join(char for char in at["path"] if char.isprintable() and char != "`")
    return f"{path}:{at['line']}" if at["line"] else path


def plain(words: str) -> str:
    """Somebody's words in Markdown, as words."""
    bare = " ".join(words.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ACTIVE.sub(r"\\\1", bare).replace("@", "@\u200b")
