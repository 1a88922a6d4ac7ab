"""What sort of file a path is, by the conventions that tools go by: code, test, document, and what
guards a repository."""

from __future__ import annotations

import re

CODE = re.compile(
    r"\.(?:py|pyi|pyx|js|jsx|mjs|cjs|ts|tsx|mts|rs|go|java|kt|rb|c|h|cc|cpp|hpp|cs|php|swift|scala|"
    r"sh|bash|sql|lua|ex|exs|vue|svelte)\Z"
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|spec|specs|e2e|test_\w+|\w+_tests?)/|"
    r"(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest|[^/]*\.(?:test|spec|cy)|tests?)\.\w+\Z|"
    r"(?:^|/)[^/]+Tests?\.(?:java|kt|cs|swift)\Z"
)
_DOCS = re.compile(
    r"(?:^|/)(?:docs?|documentation|doc-site|website|site|wiki)/|\.(?:md|mdx|rst|adoc|txt|ipynb)\Z|"
    r"(?:^|/)(?:LICEN[CS]E|AUTHORS|CONTRIBUTORS|NOTICE|README|CHANGELOG|CHANGES)[^/]*\Z",
)
_EXAMPLE = re.compile(r"(?:^|/)(?:examples?|docs?_src|samples?|demos?|tutorials?|snippets)/")
_NEWS = re.compile(
    r"(?:^|/)(?:change(?:s|log|sets?)?|history|news(?:fragments?)?|release[-_]?notes?|releases?)"
    r"(?:[-_.][^/]*|/[^/]*)?(?:/[^/]*)*\Z|(?:^|/)\.changeset/|(?:^|/)RELEASE\.(?:rst|md)\Z|"
    r"(?:^|/)docs?/(?:[^/]*/)*(?:change(?:s|log)?|history|news|release)[^/]*\Z",
    re.I,
)
_CI = re.compile(
    r"^\.github/(?:workflows|actions)/|^\.gitlab-ci|^\.circleci/|^azure-pipelines|^\.travis|"
    r"^Jenkinsfile|^\.ci/|^\.gitea/workflows/|^\.forgejo/|^tox\.ini\Z|^noxfile\.py\Z|^\.pre-commit|"
    r"(?:^|/)codecov\.ya?ml\Z|^\.buildkite/|^appveyor\.yml"
)
_MANIFEST = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg)|requirements[^/]*\.(?:txt|in)|Pipfile|package\.json|"
    r"Cargo\.toml|go\.mod|Gemfile|environment\.ya?ml)\Z|(?:^|/)requirements/[^/]+\.(?:txt|in)\Z"
)
_LOCK = re.compile(
    r"(?:^|/)(?:[^/]*\.lock|package-lock\.json|pnpm-lock\.yaml|go\.sum|npm-shrinkwrap\.json)\Z"
)
_GENERATED = re.compile(
    r"(?:^|/)(?:dist|build|vendor|node_modules|generated|_generated)/|\.min\.js\Z"
)


def test(path: str) -> bool:
    """Whether tests stand in it."""
    return bool(_TEST.search(path)) and not path.endswith((".md", ".rst"))


def docs(path: str) -> bool:
    """Whether it is read by people only."""
    return bool(_DOCS.search(path)) and not test(path) and not manifest(path)


def shown(path: str) -> bool:
    """Whether it is a document, or code that one shows: `docs_src/`, `examples/`."""
    return docs(path) or bool(_EXAMPLE.search(path))


def news(path: str) -> bool:
    """Whether it tells users what changed."""
    return bool(_NEWS.search(path))


def ci(path: str) -> bool:
    """Whether it says how the repository is checked."""
    return bool(_CI.search(path))


def manifest(path: str) -> bool:
    """Whether it names what the repository depends on."""
    return bool(_MANIFEST.search(path))


def lock(path: str) -> bool:
    """Whether it pins that."""
    return bool(_LOCK.search(path))


def code(path: str) -> bool:
    """Whether it is a program, and no test of one."""
    return bool(CODE.search(path)) and not test(path) and not generated(path)


def generated(path: str) -> bool:
    """Whether a program wrote it."""
    return bool(_GENERATED.search(path))
