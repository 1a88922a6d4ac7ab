"""A verdict as SARIF 2.1.0: what code scanning shows beside the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

Json: TypeAlias = dict[str, Any]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 5000
"""Results that a forge shows of one run."""
LEVELS = {"block": "error", "warn": "warning", "info": "note"}


def sarif(verdict: Mapping[str, Any], version: str) -> Json:
    """One run; findings without a place stay out of it, those that were dismissed say so."""
    placed = [one for one in verdict["findings"] if one["severity"] in LEVELS and _placed(one)][
        :MOST
    ]
    driver = {
        "name": "passdown",
        "version": version,
        "informationUri": "https://pypi.org/project/passdown/",
        "rules": [{"id": rule} for rule in sorted({one["rule"] for one in placed})],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"kb-audit/{verdict['repo']['name']}"},
        "versionControlProvenance": _provenance(verdict),
        "results": [_result(one) for one in placed],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _placed(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [at for at in one["locations"] if at["path"] and not at["path"].startswith("/")]


def _provenance(verdict: Mapping[str, Any]) -> list[Json]:
    host, name = verdict["repo"]["host"], verdict["repo"]["name"]
    if not host or not name:
        return []
    return [{"repositoryUri": f"https://{host}/{name}", "revisionId": verdict["head_sha"]}]


def _result(one: Mapping[str, Any]) -> Json:
    found: Json = {
        "ruleId": one["rule"],
        "level": LEVELS[one["severity"]],
        "message": {"text": one["message"]},
        "locations": [_location(at) for at in _placed(one)[:10]],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{one['fp']}:1",
            "kbFinding/v1": one["fp"],
        },
    }
    if one["state"] == "suppressed":
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": one["reason"]}
        ]
    return found


def _location(at: Mapping[str, Any]) -> Json:
    place: Json = {"artifactLocation": {"uri": quote(at["path"]), "uriBaseId": "%SRCROOT%"}}
    place["region"] = {"startLine": max(at["line"], 1)}
    return {"physicalLocation": place}
