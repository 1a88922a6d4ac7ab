"""What is told as SARIF is SARIF 2.1.0, by what the standard says each of its objects must have."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from passdown.stages.audit import sarif
from tests.stages.audit.test_forms import PLACE, finding, verdict

TEXT: dict[str, Any] = {"type": "string"}
BAG: dict[str, Any] = {"type": "object"}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object of the standard: what it must have, and that it has nothing else."""
    return {
        "type": "object",
        "required": required,
        "properties": {**properties, "properties": BAG},
        "additionalProperties": False,
    }


def many(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": of, **more}


def whole(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least}


MESSAGE = {
    **closed([], text=TEXT, markdown=TEXT, id=TEXT, arguments=many(TEXT)),
    "anyOf": [{"required": ["text"]}, {"required": ["id"]}],
}
ARTIFACT_LOCATION = closed(
    [], uri={**TEXT, "format": "uri-reference"}, uriBaseId=TEXT, index=whole(-1),
    description=MESSAGE,
)  # fmt: skip
REGION = closed(
    [], startLine=whole(1), startColumn=whole(1), endLine=whole(1), endColumn=whole(1),
    charOffset=whole(-1), charLength=whole(0), byteOffset=whole(-1), byteLength=whole(0),
    snippet=closed([], text=TEXT, binary=TEXT, rendered=BAG), message=MESSAGE, sourceLanguage=TEXT,
)  # fmt: skip
PHYSICAL = {
    **closed([], address=BAG, artifactLocation=ARTIFACT_LOCATION, region=REGION,
             contextRegion=REGION),
    "anyOf": [{"required": ["address"]}, {"required": ["artifactLocation"]}],
}  # fmt: skip
LOCATION = closed(
    [], id=whole(-1), physicalLocation=PHYSICAL, logicalLocations=many(BAG), message=MESSAGE,
    annotations=many(REGION), relationships=many(BAG),
)  # fmt: skip
SUPPRESSION = closed(
    ["kind"], guid=TEXT, kind={"enum": ["inSource", "external"]},
    status={"enum": ["accepted", "underReview", "rejected"]}, justification=TEXT,
    location=LOCATION,
)  # fmt: skip
TEXTS = {"type": "object", "additionalProperties": TEXT}
RESULT = closed(
    ["message"], ruleId=TEXT, ruleIndex=whole(-1), rule=BAG,
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level={"enum": ["none", "note", "warning", "error"]}, message=MESSAGE,
    analysisTarget=ARTIFACT_LOCATION, locations=many(LOCATION), guid=TEXT, correlationGuid=TEXT,
    occurrenceCount=whole(1), partialFingerprints=TEXTS, fingerprints=TEXTS, stacks=many(BAG),
    codeFlows=many(BAG), graphs=many(BAG), graphTraversals=many(BAG),
    relatedLocations=many(LOCATION), suppressions=many(SUPPRESSION, uniqueItems=True),
    baselineState={"enum": ["new", "unchanged", "updated", "absent"]}, rank={"type": "number"},
    attachments=many(BAG), hostedViewerUri=TEXT, workItemUris=many(TEXT), provenance=BAG,
    fixes=many(BAG), taxa=many(BAG), webRequest=BAG, webResponse=BAG,
)  # fmt: skip
RULE = closed(
    ["id"], id=TEXT, deprecatedIds=many(TEXT), guid=TEXT, name=TEXT, shortDescription=BAG,
    fullDescription=BAG, messageStrings=BAG, defaultConfiguration=BAG, helpUri=TEXT, help=BAG,
    relationships=many(BAG),
)  # fmt: skip
DRIVER = closed(
    ["name"], guid=TEXT, name=TEXT, organization=TEXT, product=TEXT, fullName=TEXT, version=TEXT,
    semanticVersion=TEXT, dottedQuadFileVersion=TEXT, downloadUri={**TEXT, "format": "uri"},
    informationUri={**TEXT, "format": "uri"}, rules=many(RULE, uniqueItems=True),
    notifications=many(RULE), language=TEXT, contents=many(TEXT), isComprehensive={},
)  # fmt: skip
PROVENANCE = closed(
    ["repositoryUri"], repositoryUri={**TEXT, "format": "uri"}, revisionId=TEXT, branch=TEXT,
    revisionTag=TEXT, asOfTimeUtc=TEXT, mappedTo=ARTIFACT_LOCATION,
)  # fmt: skip
RUN = closed(
    ["tool"], tool=closed(["driver"], driver=DRIVER, extensions=many(DRIVER)),
    automationDetails=closed([], description=MESSAGE, id=TEXT, guid=TEXT, correlationGuid=TEXT),
    versionControlProvenance=many(PROVENANCE, uniqueItems=True), results=many(RESULT),
    originalUriBaseIds=BAG, artifacts=many(BAG), invocations=many(BAG), language=TEXT,
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
)  # fmt: skip
LOG = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **closed(["version", "runs"], version={"enum": ["2.1.0"]}, runs=many(RUN),
             **{"$schema": {**TEXT, "format": "uri"}}),
}  # fmt: skip
"""What SARIF 2.1.0 (OASIS, section 3) says of the objects that a log of ours is made of."""


def checked(log: Any) -> None:
    jsonschema.Draft7Validator(LOG).validate(log)


@pytest.mark.parametrize(
    "found",
    [
        verdict(),
        verdict(finding(1), finding(2, severity="block"), finding(3, severity="info")),
        verdict(finding(1, state="suppressed", reason="called by name")),
        verdict(finding(1, locations=[{**PLACE, "line": 0}]), finding(2, locations=[])),
        verdict(finding(1, locations=[{**PLACE, "path": "ü/a b#c?.py"}, PLACE])),
        verdict(finding(1), repo={"host": "", "name": "shop"}),
    ],
)
def test_every_log_has_what_the_standard_asks_for_and_nothing_else(found: Any) -> None:
    log = json.loads(json.dumps(sarif.sarif(found, "1.0")))
    checked(log)
    assert len(log["runs"]) <= 20


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log.pop("version"),
        lambda log: log["runs"][0].pop("tool"),
        lambda log: log["runs"][0]["results"][0].pop("message"),
        lambda log: log["runs"][0]["results"][0].update(level="warn"),
        lambda log: log["runs"][0]["results"][0].update(severity="warn"),
        lambda log: log["runs"][0]["results"][0]["suppressions"][0].pop("kind"),
        lambda log: log["runs"][0]["tool"]["driver"]["rules"][0].pop("id"),
        lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"][
            "region"
        ].update(startLine=0),
    ],
)
def test_a_log_that_breaks_the_standard_is_noticed(spoil: Any) -> None:
    log = sarif.sarif(verdict(finding(1, state="suppressed", reason="so")), "1.0")
    spoil(log)
    with pytest.raises(jsonschema.ValidationError):
        checked(log)
