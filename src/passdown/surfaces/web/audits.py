"""Audits: which there were, one verdict with its claims beside the lines that bear on them, and
what the rules have earned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from passdown.surfaces.web.said import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

    Json = dict[str, Any]

PAGE = 50
VERDICTS = {
    "approve": "nothing in the way",
    "request_changes": "changes asked for",
    "block": "blocked",
}
RESULTS = {
    "refuted": "does not hold",
    "partial": "holds in part",
    "not_run": "was not run",
    "unverifiable": "cannot be told",
    "superseded": "was taken back",
    "verified": "holds",
}
"""What became of a claim, in the order in which claims are read."""
WEIGHTS = ("block", "warn", "info", "shadow")
ANSWERS = ("confirmed", "dismissed", "fixed")
FORMS = {
    "markdown": ("a comment", "md"),
    "sarif": ("SARIF", "sarif"),
    "check-run": ("a check run", "json"),
    "status": ("a status", "json"),
    "review": ("a review", "json"),
}
CAME = frozenset(("came", "came here", "is asked for", "a new test", "test code", "added"))
WENT = frozenset(("went", "went here", "deleted"))


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of these pages."""
    return (
        site.page("/audits", audits),
        site.page("/audits/rules", rules),
        site.page("/audits/{id}", audit),
        site.page("/audits/{id}/export/{form}", export),
        site.page("/audits/{id}/feedback", feedback, "POST"),
    )


def audits(visit: Visit) -> Response:
    """What was audited, newest first, each with what the audit said in a line."""
    limit = visit.whole("limit", PAGE)
    asked = {"repo": visit.asked("repo"), "overall": visit.asked("verdict")}
    found = visit.call("audit.list", **asked, limit=limit)
    return visit.show("audits.html", **found, asked=asked, verdicts=VERDICTS, limit=limit)


def rules(visit: Visit) -> Response:
    """The ladder: what each rule weighs, and what people's words have earned it."""
    found = sorted(visit.call("audit.rules")["rules"], key=lambda one: -one["n"])
    return visit.show("rules.html", rules=found, steps=WEIGHTS[::-1])


def audit(visit: Visit) -> Response:
    """One verdict."""
    found = visit.call("audit.show", id=visit.asked("id"))
    verdict = found["verdict"]
    claims = sorted(verdict["claims"], key=_claim)
    findings = _findings(found)
    return visit.show(
        "audit.html",
        verdict=verdict,
        claims=claims,
        numbers={one["key"]: n for n, one in enumerate(claims, 1)},
        findings=[one for one in findings if one["state"] != "suppressed"],
        quiet=[one for one in findings if one["state"] == "suppressed"],
        became=found["results"],
        verdicts=VERDICTS,
        results=RESULTS,
        answers=ANSWERS,
        forms=FORMS,
        sign=_sign,
    )


def export(visit: Visit) -> Response:
    """A verdict as a file, as others take it."""
    form = visit.asked("form")
    found = visit.call("audit.export", id=visit.asked("id"), form=form)
    name = f"audit-{visit.asked('id')}.{FORMS[form][1]}"
    kind = "text/markdown" if form == "markdown" else "application/json"
    head = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(found["text"], media_type=kind, headers=head)


def feedback(visit: Visit) -> Response:
    """What somebody says of a finding: it was right, it was not, or it was mended."""
    told = said(visit)
    names = ("finding", "verdict", "reason")
    given = {name: told[name] for name in names if name in told}
    return visit.say(visit.call("audit.feedback", id=visit.asked("id"), **given))


def _claim(one: Json) -> int:
    return list(RESULTS).index(one["result"]) if one["result"] in RESULTS else len(RESULTS)


def _findings(found: Json) -> list[Json]:
    """The findings, the heaviest first, each with what was said of it."""
    told = [
        {**one, "told": [word for word in found["said"] if word.get("fp") == one["fp"]]}
        for one in found["verdict"]["findings"]
    ]
    return sorted(told, key=lambda one: (WEIGHTS.index(one["severity"]), one["rule"]))


def _sign(shown: Mapping[str, Any]) -> str:
    """Whether a line that shows something came or went; '' where it stands as it stood."""
    return "+" if shown["note"] in CAME else "\N{MINUS SIGN}" if shown["note"] in WENT else ""
