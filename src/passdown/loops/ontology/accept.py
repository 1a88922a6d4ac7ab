"""What is read as a payload though it is worded as other tools word it: their verbs, their names of
parameters."""

from __future__ import annotations

from typing import Any

from passdown.domain.errors import Invalid

CLEAVE, DISSOLVE = "CLEAVE", "DISSOLVE"
_VERBS = {
    "promotion": CLEAVE,
    "demotion": DISSOLVE,
    "cleave": CLEAVE,
    "dissolve": DISSOLVE,
}
_SUBJECTS = ("source_ontology", "donor_ontology", "ontology_name", "donor", "ontology")
_REASONS = ("reason", "reasoning", "rationale")


def accepted(raw: Any) -> Any:
    """The payload in our words; what is none of theirs is left as it is."""
    if not isinstance(raw, dict) or not isinstance(raw.get("action"), str):
        return raw
    verb = _VERBS.get(raw["action"].casefold(), raw["action"])
    if verb == CLEAVE:
        return _cleave(raw)
    if verb == DISSOLVE:
        return _dissolve(raw)
    return {**raw, "action": verb}


def _cleave(raw: dict[str, Any]) -> dict[str, Any]:
    """A split, into a new ontology or into one there is, as its target says."""
    target = raw.get("target") or {}
    target = target if isinstance(target, dict) else {"existing_ontology": target}
    params = raw.get("cluster_params") or {}
    named = params.get("concept_ids", ()) if isinstance(params, dict) else ()
    plain = {
        "donor": _place(raw),
        "concepts": raw.get("concepts") or list(named),
        "anchor": raw.get("anchor_concept_id") or raw.get("anchor") or "",
        **_why(raw),
    }
    if not plain["concepts"]:
        step = "Give `concepts`, or cluster_params with concept_ids."
        raise Invalid("which concepts are to leave?", where="concepts", next=step)
    if old := raw.get("target_ontology") or target.get("existing_ontology"):
        return {"action": "SPLIT_INTO_EXISTING", **plain, "into": _named(old)}
    name = target.get("new_name") or raw.get("new_name") or raw.get("suggested_name") or ""
    told = target.get("new_description") or raw.get("new_description") or ""
    told = told or raw.get("suggested_description") or ""
    return {"action": "SPLIT_NEW", **plain, "name": name, "description": told}


def _dissolve(raw: dict[str, Any]) -> dict[str, Any]:
    routing = "floor" if raw.get("force_primordial") else raw.get("routing", "affinity")
    plain = {"ontology": _place(raw), "routing": routing, "routes": raw.get("routes", [])}
    return {"action": "DECOMPOSE_TO_PRIMORDIAL", **plain, **_why(raw)}


def _place(raw: dict[str, Any]) -> Any:
    return _named(next((raw[name] for name in _SUBJECTS if raw.get(name)), ""))


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _why(raw: dict[str, Any]) -> dict[str, str]:
    reason = next((raw[name] for name in _REASONS if raw.get(name)), "")
    told = {"reason": " ".join(str(reason).split())[:600]} if reason else {}
    return told | ({"signal": raw["signal"]} if raw.get("signal") else {})
