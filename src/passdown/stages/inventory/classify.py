"""Each Python file's class, and the chain that shows it: from what starts, over what imports."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passdown.stages.inventory import conventions, mentions as named
from passdown.stages.inventory.asked_for import asked_for
from passdown.stages.inventory.conventions import PROGRAMS, SHOWN
from passdown.stages.inventory.copies import Copies, aside, copies
from passdown.stages.inventory.files import PYTHONIC
from passdown.stages.inventory.modules import INIT, Modules
from passdown.stages.inventory.reach import at, guesses, loaded, targets
from passdown.stages.inventory.source import TYPING, Source, read
from passdown.stages.inventory.tested import tests_of
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

    from passdown.stages.inventory.files import Each, Files
    from passdown.stages.inventory.mentions import Mention

PRODUCTION, DOCUMENTED, MANUAL, DEAD = "production", "documented", "manual", "dead"
TEST, TEST_ONLY = "test", "test_only"
CLASSES = (PRODUCTION, DOCUMENTED, MANUAL, TEST, TEST_ONLY, DEAD)

UNSEEN = "a start that is not seen"
_PROGRAMS = (".wsgi", ".cgi", ".fcgi", ".pyw", *PYTHONIC)
_PYTHON = re.compile(r"#!.*\bpython")
ISLAND = 4
"""Files that need each other, from which on it is not believed that nothing starts them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a chain: who names it, where."""

    by: str
    line: int
    tier: int


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one file."""

    path: str
    cls: str
    confidence: float
    chain: tuple[str, ...]
    evidence: tuple[str, ...]
    importers: tuple[str, ...]
    loc: int
    flags: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()


@dataclass(slots=True)
class World:
    """The files read, who reaches whom, and what names what."""

    files: Files
    sources: Mapping[str, Source]
    modules: Modules
    edges: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    roots: dict[str, list[Step]] = field(default_factory=lambda: defaultdict(list))
    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    guessed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    users: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    libraries: frozenset[str] = frozenset()
    projects: Mapping[str, bool] = field(default_factory=dict)
    copies: Copies = field(default_factory=Copies)

    def copied(self, path: str) -> str:
        """The copy of another project that a file is of; '' for the rest."""
        return self.copies.of(path)

    def importers(self, path: str) -> list[str]:
        """The files that reach this one directly."""
        return sorted(self.users.get(path, ()))


def world(files: Files, each: Each = iter) -> World:
    """Everything that an inventory goes by; `each` hands the paths on."""
    sources = {path: read(files.texts[path]) for path in each(files.python)}
    projects = named.packages(files.texts)
    found = World(
        files,
        sources,
        Modules(files.python, named.installed(files.texts), asked_for(files.texts)),
        libraries=frozenset(_libraries(sources.values())),
        projects=projects,
        copies=copies(files.python, files.texts, projects),
    )
    for path, source in sources.items():
        _linked(found, path, source)
    for path, reached in found.edges.items():
        for target in reached:
            found.users[target].add(path)
    _rooted(found)
    return found


def _linked(found: World, path: str, source: Source) -> None:
    """What one file reaches, by what it says and by what it may mean."""
    for target, line in targets(found, path, source):
        if target != path:
            found.edges[path].setdefault(target, line)
    for target, line in guesses(found, path, source):
        if target != path and target not in found.edges[path]:
            found.edges[path][target] = line
            found.guessed[path].add(target)
    for one in source.imports:
        if one.how == TYPING:
            for target in found.modules.meant(path, one):
                found.types[target].add(path)


def _libraries(sources: Iterable[Source]) -> Iterator[str]:
    """The first words of everything that is imported by its whole name."""
    for source in sources:
        yield from (one.module.partition(".")[0] for one in source.imports if not one.level)


def _bare(found: World) -> Iterator[tuple[str, Step]]:
    """What programs need that are not called `.py`: commands in `bin/`, and what a server loads."""
    for path in found.files.others:
        text = found.files.texts[path]
        if path.endswith(_PROGRAMS) or _PYTHON.match(text):
            source = read(text)
            for target, line in (*targets(found, path, source), *guesses(found, path, source)):
                yield target, Step(path, line, named.BUILD)


def _rooted(found: World) -> None:
    """What every file is named by: services, builds, documents, and the habits of tools."""
    for mention in _mentions(found.files):
        if found.copied(mention.file):
            continue  # what a copy says of itself
        home = aside(mention.file)
        for target in _meant(found, mention):
            if home and target.startswith(home):
                continue  # and what is put aside
            found.roots[target].append(Step(mention.file, mention.line, mention.tier))
    for path, step in (*_told(found), *_bare(found)):
        found.roots[path].append(step)
    for path, why in conventions.found(found):
        found.roots[path].append(Step(why, 0, 2))


def _told(found: World) -> Iterator[tuple[str, Step]]:
    """The files that define, and they alone, what a document tells users of."""
    homes: dict[str, list[str]] = defaultdict(list)
    for path, source in found.sources.items():
        if not sorts.test(path):
            for name in source.publics:
                homes[name].append(path)
    texts = {path: found.files.texts[path] for path in found.files.others
             if not found.copied(path)}  # fmt: skip
    for name, (place, line) in named.spoken(texts).items():
        if len(homes.get(name, ())) == 1:
            yield homes[name][0], Step(place, line, named.DOCUMENT)


Chains = dict[str, tuple[str, ...]]
Reached = tuple[str, Chains, float]
"""A class, what is of it with the way there, and how sure that is."""


def classify(found: World) -> list[Row]:
    """A row for every Python file, in order."""
    tests = tests_of(found)
    real = [path for path in found.sources if path not in tests]
    production = _walk(found, _starts(found, real, (1, 2)), tests)
    documented = _walk(found, _starts(found, real, (3,)) | _shown(found, real), tests)
    manual = _walk(found, {path: () for path in real if _by_hand(found, path)}, tests)
    tried = _walk(found, {path: () for path in tests}, set())
    old = _old_names(found, production.keys() | documented.keys())
    reached: tuple[Reached, ...] = (
        (TEST, dict.fromkeys(tests, ()), 0.95), (PRODUCTION, production, 0.9),
        (DOCUMENTED, documented, 0.75), (PRODUCTION, old, 0.6), (MANUAL, manual, 0.7),
        (TEST_ONLY, tried, 0.7),
    )  # fmt: skip
    _kept_whole(found, production, documented)
    rows = [_row(found, path, reached) for path in found.files.python]
    unseen = _islands(found, [row.path for row in rows if row.cls in (DEAD, TEST_ONLY)])
    return [_made(found, row.path, PRODUCTION, 0.5, (UNSEEN,)) if row.path in unseen else row
            for row in rows]  # fmt: skip


def _kept_whole(found: World, *reached: Chains) -> None:
    """A copy of another project is kept whole: where a part of one is reached, all of it is."""
    for chains in reached:
        homes = {copy: chains[path] for path in sorted(chains)
                 if (copy := found.copied(path))}  # fmt: skip
        for path in found.sources:
            copy = found.copied(path)
            if copy in homes:
                chains.setdefault(path, homes[copy] or (f"{copy}/",))


def _islands(found: World, needless: Iterable[str]) -> set[str]:
    """Files that nothing starts, in groups that need each other and are too large to be forgotten:
    what starts such a group stands where it is not seen."""
    near: dict[str, set[str]] = {path: set() for path in needless}
    for path in near:
        for other in found.edges.get(path, {}):
            if other in near:
                near[path].add(other)
                near[other].add(path)
    large: set[str] = set()
    for path in near:
        group = {path}
        waiting = [path]
        while waiting and path not in large:
            fresh = near[waiting.pop()] - group
            group |= fresh
            waiting += fresh
        large |= group if len(group) >= ISLAND else set()
    return {path for path in large if not found.copied(path) and not aside(path)}


def _old_names(found: World, alive: Set[str]) -> Chains:
    """The old names of what is alive, the packages around them aside."""
    return {path: (conventions.OLD_NAME,) for path in conventions.old_names(found)
            if any(one in alive and not path.startswith(one.removesuffix(INIT))
                   for one in found.edges[path])}  # fmt: skip


def _row(found: World, path: str, reached: Sequence[Reached]) -> Row:
    for cls, chains, sure in reached:
        if path in chains:
            return _made(found, path, cls, _sure(found, path, cls, sure), chains[path])
    production = reached[1][1]
    for user in sorted(found.types.get(path, ())):
        if user in production:  # what only types need is needed
            return _made(found, path, PRODUCTION, 0.7, (*production[user], user))
    return _made(found, path, DEAD, _dead(found, path), ())


def _made(found: World, path: str, cls: str, sure: float, chain: tuple[str, ...]) -> Row:
    steps = found.roots.get(path, [])
    return Row(
        path=path,
        cls=cls,
        confidence=round(sure, 2),
        chain=(*chain, path) if chain else (),
        evidence=tuple(dict.fromkeys(f"{s.by}:{s.line}" for s in steps if s.tier in (1, 2, 3)))[:8],
        importers=tuple(found.importers(path)[:20]),
        loc=found.sources[path].loc,
        flags=tuple(_flags(found, path)),
        mentioned=tuple(dict.fromkeys(f"{s.by}:{s.line}" for s in steps if s.tier == 4))[:8],
    )


def _mentions(files: Files) -> Iterator[Mention]:
    """What other files name. What a shell script names weighs what it weighs that it is called."""
    called = _called(files)
    for path in [*files.others, *(one for one in files.python if one.endswith("setup.py"))]:
        for one in named.mentions(path, files.texts[path]):
            weight = one.tier or called.get(path, 0)
            if weight:
                yield named.Mention(one.file, one.line, weight, one.path, one.module)


def _called(files: Files) -> dict[str, int]:
    """The shell scripts that something calls, with the weight of the weightiest; what such a one
    calls in turn weighs the same."""
    scripts = [path for path in files.others if path.endswith((".sh", ".bash"))
               or path in files.runnable]  # fmt: skip
    weights: dict[str, int] = {}
    waiting = deque(
        (path, named.tier(path)) for path in files.others if named.tier(path) in (1, 2, 3)
    )
    while waiting:
        path, weight = waiting.popleft()
        text = files.texts[path]
        for script in scripts:
            name = script.rpartition("/")[2]
            if script != path and name in text and weight < weights.get(script, 9):
                weights[script] = weight
                waiting.append((script, weight))
    return weights


def _meant(found: World, one: Mention) -> Iterable[str]:
    if one.path:
        return list(at(found, one.path, one.file))
    if "." not in one.module:
        hits = found.modules.files(one.module)
        home = one.file.rpartition("/")[0]
        near = [path for path in hits if home and path.startswith(f"{home}/")]
        return near or [path for path in hits if path.count("/") <= 2]
    hits = found.modules.longest(one.module)
    whole = [path for path in hits if one.module in found.modules.names(path)]
    main = [path for path in found.modules.files(f"{one.module}.__main__")]
    return [*(whole or loaded(found, one.module)), *main]


def _starts(found: World, paths: list[str], tiers: tuple[int, ...]) -> Chains:
    starts: Chains = {}
    for path in paths:
        steps = [step for step in found.roots.get(path, ()) if step.tier in tiers]
        if steps:
            best = min(steps, key=lambda step: (step.tier, step.by))
            starts[path] = (f"{best.by}:{best.line}" if best.line else best.by,)
    return starts


def _shown(found: World, paths: list[str]) -> Chains:
    return {path: () for path in paths if SHOWN.search(path)}


def _by_hand(found: World, path: str) -> bool:
    """Whether somebody may start it: it says so itself."""
    source = found.sources[path]
    if found.copied(path):
        return False
    told = source.has_main or path in found.files.runnable or path.endswith("/__main__.py")
    return told or (
        bool(PROGRAMS.search(path))
        and (source.parses_arguments or bool(source.publics & {"main", "run"}))
    )  # fmt: skip


def _walk(found: World, starts: Chains, beyond: set[str]) -> Chains:
    """Everything that these reach, with the way there."""
    chains = dict(starts)
    waiting = deque(sorted(starts))
    while waiting:
        path = waiting.popleft()
        for target in sorted(found.edges.get(path, ())):
            if target not in chains and target not in beyond:
                chains[target] = (*chains[path], path)
                waiting.append(target)
    for path in [one for one in found.sources if one.endswith(INIT) and one not in chains]:
        folder = path.removesuffix(INIT)
        inner = next((one for one in chains if one.startswith(folder) and one != path), None)
        if inner is not None and path not in beyond:
            chains[path] = chains[inner]
    return chains


def _sure(found: World, path: str, cls: str, sure: float) -> float:
    steps = found.roots.get(path, [])
    if cls == PRODUCTION and steps and all(step.by == "public API" for step in steps):
        return 0.6
    return min(sure + 0.05 * any(step.tier == 1 for step in steps), 0.99)


def _dead(found: World, path: str) -> float:
    """How sure it is that nothing needs it: the less somebody may mean by it, the surer."""
    source = found.sources[path]
    if source.is_broken:
        return 0.6
    sure = 0.9 if source.loc else 0.6
    if found.roots.get(path):
        sure -= 0.1
    return sure - 0.1 * source.decorated


def _flags(found: World, path: str) -> Iterator[str]:
    if path.endswith(INIT) and found.sources[path].is_empty:
        yield "package-marker"
    if any(
        re.match(r"\.github/|\.gitlab|Makefile|tox|nox", s.by) for s in found.roots.get(path, ())
    ):
        yield "ci"
    if SHOWN.search(path):
        yield "example"
    if re.search(r"(?:^|/)(?:migrations|alembic|versions)/", path):
        yield "migration"
    if sorts.generated(path):
        yield "generated"
    if found.sources[path].is_broken:
        yield "broken"
    elif found.sources[path].is_empty and not path.endswith(INIT):
        yield "says-nothing"
