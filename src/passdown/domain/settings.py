"""Typed knobs, declared once each: who may change them, within which range, and where a value
came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from passdown.domain.names import tiers

Value: TypeAlias = bool | int | float | str

CHAINS = ("none", "arbiter", "human", "arbiter,human")
NO_CHAINS = (
    ("human,arbiter", "nothing is left to decide after a person; did you mean arbiter,human?"),
)
"""Orders of tiers that are refused when configured, and why."""

_NAMED = (r"[A-Z_][A-Z0-9_]*|[^\n]*/[^\n]*", "a variable's name or a file's path with a slash")
"""Where a secret is; it never stands in a setting itself."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting. Safety knobs are changed by an admin only; operational ones also by an
    approved proposal, within [low, high]. `step` is how far it is proposed to be turned at once;
    0: it is never proposed. `refused` are values that look like choices and are
    none, each with the reason; `form` is the pattern that a text must match, and what that is
    called."""

    name: str
    default: Value
    summary: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    safety: bool = False
    refused: tuple[tuple[str, str], ...] = ()
    step: float = 0.0
    form: tuple[str, str] = ("", "")

    def accept(self, raw: object) -> Value:
        """The value in its type; ValueError with the reason when it is malformed."""
        value = _typed(raw, self.default)
        if self.refused:
            value = tiers(str(value))
        if value in dict(self.refused):
            raise ValueError(f"{value}: {dict(self.refused)[str(value)]}")
        if self.choices and value not in self.choices:
            raise ValueError(f"not one of {' | '.join(self.choices)}")
        pattern, called = self.form
        if pattern and not re.fullmatch(pattern, str(value)):
            raise ValueError(f"not {called}")
        if not isinstance(value, str | bool) and not self._within(value):
            raise ValueError(f"not between {self.low} and {self.high}")
        return value

    def _within(self, value: float) -> bool:
        low_ok = self.low is None or value >= self.low
        return low_ok and (self.high is None or value <= self.high)


FREE = ("default", "control")
"""Origins of a value that a decision may change; any other one pins it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A knob's value and where it came from: default, control, file, env or flag."""

    value: Value
    origin: str = "default"

    @property
    def pinned(self) -> bool:
        """Whether no decision can change it."""
        return self.origin not in FREE


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How things stood at a time, as the operator says; the empty time is now."""

    at: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """All knobs, and how things stand, frozen for one call or one cycle."""

    values: Mapping[str, Setting] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    knobs: Mapping[str, Knob] = field(default_factory=dict)
    """What may be turned here, the loops' own knobs too."""
    snapshots: tuple[Snapshot, ...] = ()
    """The operator's snapshots, the oldest first."""

    @property
    def snapshot(self) -> Mapping[str, Any]:
        """How things stand now; nothing where the operator does not say."""
        return self.snapshots[-1].values if self.snapshots else {}

    @property
    def has_history(self) -> bool:
        """Whether it is known how things stood before."""
        return any(one.at for one in self.snapshots)

    def snapshot_at(self, at: str) -> Mapping[str, Any]:
        """How things stood then; nothing where that is not known."""
        known = [one for one in self.snapshots if one.at <= at or not at]
        return known[-1].values if known else {}

    def number(self, name: str) -> float:
        """A numeric knob's value."""
        value = self._value(name)
        if isinstance(value, str):
            raise TypeError(f"{name} is not a number")
        return float(value)

    def whole(self, name: str) -> int:
        """A whole-number knob's value."""
        return int(self.number(name))

    def flag(self, name: str) -> bool:
        """A yes-or-no knob's value."""
        return bool(self._value(name))

    def text(self, name: str) -> str:
        """A textual knob's value."""
        return str(self._value(name))

    def _value(self, name: str) -> Value:
        found = self.values.get(name)
        return found.value if found else KNOBS[name].default


def defaults(knobs: Iterable[Knob] = ()) -> Settings:
    """Every knob of the platform, and these, at its default."""
    every = {**KNOBS, **{knob.name: knob for knob in knobs}}
    values = {name: Setting(knob.default) for name, knob in every.items()}
    return Settings(values, knobs=every)


def _typed(raw: object, like: Value) -> Value:
    if isinstance(like, bool):
        return _flag(raw)
    if isinstance(raw, bool):
        raise ValueError("yes or no where a value is expected")
    if isinstance(like, int):
        return _whole(raw)
    if isinstance(like, float):
        return _finite(raw)
    if not isinstance(raw, str):
        raise ValueError("not a text")
    return raw


def _flag(raw: object) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    word = str(raw).strip().casefold()
    if word not in known:
        raise ValueError("not yes or no")
    return known[word]


def _whole(raw: object) -> int:
    number = _finite(raw)
    if number != int(number):
        raise ValueError("not a whole number")
    return int(number)


def _finite(raw: object) -> float:
    try:
        number = float(str(raw).strip())
    except ValueError:
        raise ValueError("not a number") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("not a finite number")
    return number


KNOBS: dict[str, Knob] = {
    knob.name: knob
    for knob in (
        Knob("brief.budget", 2000, "Tokens a brief may take.", 100, 20_000),
        Knob(
            "brief.min_confidence",
            0.7,
            "A brief holds only what is above this.",
            0,
            1,
            step=0.05,
        ),
        Knob("search.limit", 10, "Results a search returns.", 1, 200),
        Knob(
            "serve.block",
            False,
            "Whether hooks refuse a call they know to fail, once.",
            safety=True,
        ),
        Knob("serve.again_after", 20, "Such calls before a session hears it again.", 1, 10_000),
        Knob("measure.holdout", 0.0, "Share of agents' sessions that are given nothing.", 0, 0.5),
        Knob("measure.shadow", 0.0, "Share of items that a session is not given.", 0, 0.5),
        Knob(
            "search.index",
            "fts5",
            "What searches a SQLite store: tantivy where there are very many records.",
            choices=("fts5", "tantivy"),
        ),
        Knob("gate.deadline_days", 14, "Days after which an undecided proposal expires.", 1, 365),
        Knob("gate.dialogue_hours", 72, "Hours a dialogue turn may stay unanswered.", 1, 720),
        Knob(
            "gate.policy_people",
            1,
            "How many different people have to approve what binds everybody.",
            1,
            10,
            safety=True,
        ),
        Knob(
            "gate.classifier",
            "rules",
            "Who classifies questions: rules, or the model that is configured.",
            choices=("rules", "model"),
            safety=True,
        ),
        Knob("gate.paused", False, "Whether every loop stands still.", safety=True),
        Knob("gate.max_open", 2000, "Open proposals in all.", 1, 1_000_000),
        Knob("gate.max_open_per_loop", 500, "Open proposals of one loop.", 1, 1_000_000),
        Knob(
            "gate.chain",
            "human",
            "Who is asked after the classifier, where a loop's own chain does not say it.",
            choices=CHAINS,
            safety=True,
            refused=NO_CHAINS,
        ),
        Knob(
            "gate.arbiter_budget",
            20_000,
            "Micro-USD that arbitration may cost in one cycle.",
            0,
            10**12,
            safety=True,
        ),
        Knob(
            "gate.arbiter_day_budget",
            50_000,
            "Micro-USD that arbitration may cost in one day.",
            0,
            10**12,
            safety=True,
        ),
        Knob(
            "gate.arbiter_calls",
            50,
            "Questions the arbiter is asked in one cycle.",
            0,
            100_000,
            safety=True,
        ),
        Knob("gate.reopen_share", 0.5, "New evidence that re-opens a rejected question.", 0, 1),
        Knob("gate.cooldown_hours", 24, "Hours before an expired question returns.", 0, 8760),
        Knob("mine.enabled", True, "Whether mining cycles run at all."),
        Knob("mine.every", "15m", "How often each loop is mined: 90s, 15m, 6h, 1d or cron."),
        Knob("mine.window_days", 3650, "How far back a cycle looks.", 1, 36_500),
        Knob("mine.seconds", 600, "Seconds one cycle may take.", 1, 86_400),
        Knob("outcomes.every", "6h", "How often is looked how approved changes turned out."),
        Knob("expire.every", "1h", "How often deadlines are checked."),
        Knob("outbox.every", "10s", "How often effects are delivered."),
        Knob("check.every", "6h", "How often it is looked whether what is known still holds."),
        Knob("index.every", "30s", "How often the search index is brought up to date."),
        Knob("spool.every", "5s", "How often hook pointers are drained."),
        Knob("observe.fields", "", "Which field of other JSON lines is what: text=body,role=who."),
        Knob("observe.every", "15s", "How often watched transcripts are read on."),
        Knob("observe.jobs", 0, "Processes that read; 0 is one a core.", 0, 256),
        Knob("observe.max_text", 65_536, "Bytes kept of one message.", 1024, 1_048_576),
        Knob("observe.max_line", 67_108_864, "A longer line is skipped.", 65_536, 1_073_741_824),
        Knob(
            "observe.keep_days",
            0,
            "Days observations are kept; 0 is for ever.",
            0,
            36_500,
            safety=True,
        ),
        Knob("retain.every", "6h", "How often what is kept no longer is forgotten."),
        Knob("observe.redact_ips", False, "Whether IP addresses are personal data.", safety=True),
        Knob(
            "observe.events_file",
            "data/_observer/ops.jsonl",
            "Where events are written, too: in the project, else in the store; empty is nowhere.",
            safety=True,
        ),
        Knob("observe.allow", "", "Values or RE2 patterns that are no secrets.", safety=True),
        Knob("measure.prices", "", "A file of token prices that is looked at first."),
        Knob(
            "snapshot.file", "", "A JSON file of how things stand now: replies are filled from it."
        ),
        Knob(
            "promotions.dir",
            "",
            "Where proposals are written as files; empty: promotions in the store.",
            safety=True,
        ),
        Knob("mine.engine", False, "Whether mining cycles ask the engine, too.", safety=True),
        Knob("engine.model", "", "Who is asked, PROVIDER:MODEL, ... in turn.", safety=True),
        Knob("engine.openai_url", "", "Where a server like OpenAI's is.", safety=True),
        Knob("engine.anthropic_url", "", "Where a server like Anthropic's is.", safety=True),
        Knob("engine.ollama_url", "", "Where Ollama is, if not here.", safety=True),
        Knob("engine.price", "", "USD a million tokens: read,written.", safety=True),
        Knob("engine.embedder", "", "Who makes vectors for search, PROVIDER:MODEL.", safety=True),
        Knob("engine.embedder_parts", 0, "Numbers of a vector, if not its own.", 0, 16_384),
        Knob(
            "engine.embedder_price",
            -1.0,
            "USD a million tokens made into vectors; below 0 it is looked up.",
            -1,
            10**6,
            safety=True,
        ),
        Knob(
            "engine.embedder_calls",
            10_000,
            "Requests a day to an embedder of no known price.",
            0,
            10**9,
            safety=True,
        ),
        Knob("engine.timeout", 120.0, "Seconds one question may take.", 0.1, 3600),
        Knob("engine.retries", 3, "How often what may pass is tried again.", 0, 10),
        *(
            Knob(f"engine.{what}_micro_usd", most, f"What {of} may cost.", 0, 10**12, safety=True)
            for what, most, of in (
                ("session", 50_000, "asking about one session"),
                ("day", 50_000, "all that is asked in a day"),
                ("backfill", 500_000, "all that one run of `mine` asks"),
            )
        ),
        Knob("audit.verdicts", "data/_auditor/verdicts", "Where verdicts are.", safety=True),
        Knob("audit.outcomes", "data/_kb/outcomes.jsonl", "Where their rows are.", safety=True),
        Knob("audit.inventories", "data/_auditor/inventories", "Where they are.", safety=True),
        Knob("audit.snapshots", "data/_auditor/snapshots", "What packages offer.", safety=True),
        Knob("audit.shadow_audits", 0, "A repository's first audits that only note.", 0, 1000),
        Knob("audit.sweep_at", "0 3 * * *", "When what was audited is followed up: 1d or cron."),
        Knob("audit.dynamic", False, "Whether audits may run tests.", safety=True),
        Knob("audit.linters", False, "Whether audits may run linters.", safety=True),
        Knob(
            "audit.sandbox",
            "auto",
            "What shuts tests in; none: nothing does.",
            choices=("auto", "bwrap", "unshare", "none"),
            safety=True,
        ),
        Knob(
            "audit.inference",
            "off",
            "Whether audits ask the engine; required: no verdict without.",
            choices=("off", "on", "required"),
            safety=True,
        ),
        Knob(
            "audit.mcp", "", "The file of MCP servers that inference hears, PATH/NAME.", safety=True
        ),
        Knob("audit.blind", 0.0, "Share of audits whose model is shown nothing known.", 0, 0.5),
        Knob("audit.python", "", "The Python of tests that have none of their own.", safety=True),
        Knob("audit.runs", "data/_auditor/runs", "Where runs of tests are kept.", safety=True),
        Knob("audit.packages", "", "Folders of packages that drift is told by.", safety=True),
        Knob("audit.observer", "http://localhost:3800", "Who is told of audits.", safety=True),
        Knob("audit.github", "https://github.com", "Where GitHub is.", safety=True),
        Knob("audit.gitea", "", "Where a Gitea or Forgejo is.", safety=True),
        *(
            Knob(f"audit.{forge}_{what}", f"{forge.upper()}_{name}", says, safety=True, form=_NAMED)
            for forge in ("github", "gitea")
            for what, name, says in (
                ("token", "TOKEN", "The variable or file with the token for it."),
                ("secret", "WEBHOOK_SECRET", "The variable or file with its webhooks' secret."),
            )
        ),
        Knob("audit.mirror_mb", 2048, "Megabytes of one repository's mirror.", 1, 1_000_000),
        Knob("server.host", "127.0.0.1", "Where `serve` listens.", safety=True),
        Knob("server.port", 3800, "The port `serve` listens on.", 1, 65_535),
        Knob("server.proxy_header", "", "The header a proxy says in who it is.", safety=True),
        Knob("server.proxy_address", "", "Where that proxy calls from.", safety=True),
        Knob("server.proxy_secret_file", "", "What that proxy proves itself by.", safety=True),
        Knob("server.max_body", 1_048_576, "Bytes of one request.", 1024, 104_857_600),
        Knob("server.rate", 500, "Posts a second of one caller; 0 is any.", 0, 1_000_000),
        Knob("retrieval.reflex.enabled", True, "Whether a session's questions are remembered."),
        Knob("retrieval.reflex.window", 20, "Of how many questions the names count.", 1, 1000),
        Knob("retrieval.reflex.top_k", 10, "How many names are said to be next.", 1, 100),
    )
}
"""The platform's own knobs; each loop adds its own, named `<loop>.<knob>`."""
