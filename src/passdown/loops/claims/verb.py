"""What a shell line does, in the words that stay the same from task to task: `uv run pytest`."""

from __future__ import annotations

import os.path
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.claims.command import pieces
from passdown.loops.claims.cure import command, done
from passdown.text.calls import SHELLS
from passdown.text.entities import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.domain.observation import Observation
    from passdown.loops.claims.cure import Done

LONGEST_LINE = 4000
LONGEST_VERB = 60

_HEREDOC = re.compile(r"\$\(cat <<-?\s*'?\"?(\w+)'?\"?\n.*?\n\s*\1\s*\)", re.DOTALL)
_HERE = re.compile(r"<<-?\s*'?\"?(\w+)'?\"?[^\n]*\n.*?(?:\n\1(?=\s|$)|$)", re.DOTALL)
_REDIRECT = re.compile(r"\s*(?:\d?>&\d|&?\d?>>?\s*[\w./-]+|<\s*[\w./-]+)")
_CONTROL = re.compile(r"\b(?:for|while|until|if|case|do|then|function)\b[^|]*[;\n]|\$\(|`|^\s*[({]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_UNSURE = re.compile(r";|\|\||\n|(?<!&)&(?![&>\d])(?<!>&)")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
# Tasks are spelt in one case or two: `test`, `test:unit`, `assembleDebug`.
_PLAIN = re.compile(r"[a-z][a-zA-Z0-9]*(?:[:_-][a-zA-Z0-9]+)*")
_SCRIPT = re.compile(r"(?:\./)?(?:[\w-]+/)*[\w-]+(?:\.(?:sh|py|js|ts|rb|mjs))?")
_OWN_SCRIPT = re.compile(r"(?:\./)?(?:[\w-]+/)*[\w-]+\.(?:sh|py|js|ts|rb|mjs)|(?:[\w-]+/)+[\w-]+")
_FAILED = re.compile(
    r"\bFAIL(?:ED|URES?)?\b|\b[1-9]\d* (?:tests? )?(?:failed|errors?)\b"
    r"|(?:^|\n)\s*(?:error|fatal)\b|command not found|no such file|npm ERR!|panic:|Traceback",
    re.IGNORECASE,
)

_BEFORE = frozenset({"sudo", "time", "env", "nohup", "command", "exec", "builtin", "timeout"})
_VALUED = frozenset(
    {"-C", "--prefix", "--filter", "--directory", "--cwd", "--dir", "-F", "-w", "--workspace", "-f"}
)
# Programs that begin another one's verb, with the words that are theirs.
_COMPOSE = ("docker compose", "podman compose", "docker-compose")
_LAUNCHERS = frozenset(
    {
        *(f"{tool} run" for tool in ("uv", "poetry", "pdm", "hatch", "rye", "pipenv", "conda")),
        *("bundle exec", "npm exec", "pnpm exec", "yarn exec", "mise exec", "dotenv", "npx"),
        *("uvx", "bunx", "pnpm dlx", "yarn dlx"),
    }
)
# How many plain words after a program say what it does.
_ONE = """git cargo ruff terraform tofu helm kubectl dotnet pre-commit alembic flyctl vercel
wrangler docker-compose mix rails rake hatch poetry uv pdm pip pip3 brew apt apt-get gem bundle
composer conda sbt nox biome deno twine changeset playwright prisma supabase firebase heroku
pulumi ansible maturin golangci-lint goreleaser swift go gh docker podman npm pnpm yarn bun mise
just make task nx turbo php gradle gradlew mvn mvnw"""
_TWO = "gradle gradlew mvn mvnw rush lerna invoke fly aws gcloud az"
_DEPTH = {**dict.fromkeys(_ONE.split(), 1), **dict.fromkeys(_TWO.split(), 2)}
# Programs that take files and folders, and no word that says what to do.
_FILES = """gofmt goimports rustfmt clang-format rspec minitest phpunit ctest nosetests isort
pylint bandit shellcheck shfmt hadolint yamllint actionlint stylelint markdownlint cspell knip
madge ava tap karma cypress webpack rollup esbuild parcel vite tsup swc babel sphinx-build mkdocs
hugo"""
_WHOLE = frozenset(_FILES.split())
_DEEPER = {
    *(
        "php artisan",
        "go mod",
        "gh pr",
        "gh release",
        "gh workflow",
        "gh run",
        "docker compose",
        "uv pip",
    ),
    *(
        "docker buildx",
        "npm run",
        "pnpm run",
        "yarn run",
        "bun run",
        "mise run",
        "nx run",
        "turbo run",
    ),
    *(
        "cargo sqlx",
        "cargo nextest",
        "dotnet ef",
        "yarn workspace",
        "deno task",
        "task run",
        "podman compose",
        "go tool",
    ),
}
# What starts a command in a container: options, the container's name, the command.
_CONTAINERS = frozenset(f"{tool} {how}" for tool in _COMPOSE for how in ("run", "exec"))
_KNOWN = TOOLS | _WHOLE | _DEPTH.keys()
_INTERPRETERS = frozenset({"python", "python3", "node", "bash", "sh", "zsh", "ruby", "perl", "tsx"})
# Looking, waiting and tidying: done everywhere, and a step of nothing.
_IDLE = """ls cat head tail grep rg egrep find fd wc sed awk echo printf pwd which type tree less
more stat file du df env printenv date sleep jq yq sort uniq diff cut xargs true false ps kill
pkill lsof curl wget mkdir touch cp mv rm chmod chown ln cd pushd popd export source set unset . :
test [ [[ tee tr basename dirname realpath read wait trap ulimit umask history alias open xxd od
nl man exit return break continue done fi esac else for while if case until do then function git
gh docker podman kubectl npm pnpm yarn go cargo uv pip pip3 python python3 node mise code vim
nano apply_patch ssh scp tar unzip gzip sqlite3 psql top htop whoami id hostname uname seq column
npx bunx uvx bun deno start explorer cmd.exe cmd"""
_LOOKING = frozenset(_IDLE.split())
_SHOWING = """show list ls status info view get inbox log logs describe inspect help version search
find ready blocked whoami peek tree history stats"""
_VIEWS = frozenset(_SHOWING.split())
# Of these only some parts look around.
_PARTS = _DEPTH.keys() | _INTERPRETERS | {launcher.split()[0] for launcher in _LAUNCHERS}
_LOOKS = re.compile(
    r"(?:git (?:status|log|diff|show|branch|add|fetch|checkout|switch|restore|stash|reset|remote|"
    r"blame|config|rev-parse|rev-list|ls-\w+|worktree|merge-base|grep|cat-file|describe|reflog|mv|"
    r"rm|clone|init|apply|clean|check-ignore|for-each-ref|cherry|shortlog|name-rev|update-ref|"
    r"hash-object|symbolic-ref|interpret-trailers|update-index|write-tree)|"
    r"gh (?:pr|run|release|workflow|issue|repo|auth|api|search|browse|status|label|gist)"
    r"(?: (?!create|merge\b|run\b|upload|edit)\S+)?|"
    r"(?:docker|podman)(?: compose)? (?:ps|logs|images|inspect|exec|stop|rm|kill|info|version)|"
    r"kubectl (?:get|logs|describe|exec|config|top|explain)|go (?:doc|env|list|version|tool.*)|"
    r"go mod (?:why|graph|download)|(?:npm|pnpm|yarn) (?:ls|list|view|info|why|outdated|root|"
    r"config|pack|search|whoami)|pip3? (?:show|list|freeze)|uv (?:tree|pip)|uv pip (?:show|list)|"
    r"brew .*|cargo (?:tree|metadata|search)|mise (?:ls|list|which|tasks))"
)


class Deed(NamedTuple):
    """One thing that a call did, and whether it worked."""

    verb: str
    done: Done
    worked: bool


def deeds(items: Sequence[Observation]) -> list[Deed]:
    """What a session's shell calls did, in order, looking around left out."""
    return [deed for one in done(items) for deed in _of_call(one)]


def _of_call(one: Done) -> Iterator[Deed]:
    if one.call.tool.lower() not in SHELLS or one.result.ok is None:
        return
    line = command(one.call)
    every = verbs(line)
    if not one.result.ok:
        # Which of several failed cannot be told.
        yield from (Deed(verb, one, False) for verb in every if len(every) == 1)
        return
    bare = _QUOTED.sub("''", _without_texts(line))
    hidden = bool("|" in bare and _FAILED.search(one.result.text))
    # Of a list that goes on after a failure, only how it ended is known.
    told = _last(line) if _UNSURE.search(bare.strip()) else every
    yield from (Deed(verb, one, not hidden) for verb in told)


def _last(line: str) -> tuple[str, ...]:
    """What the last command of the line does."""
    last = [piece for row in _without_texts(line).splitlines() for piece in pieces(row)][-1:]
    return verbs(last[0].strip()) if last else ()


def verbs(line: str) -> tuple[str, ...]:
    """What the line does, in order; nothing of what only looks around or cannot be read."""
    plain = _without_texts(line)
    if len(line) > LONGEST_LINE or _CONTROL.search(_QUOTED.sub("''", plain)):
        return ()
    found = []
    for row in plain.splitlines():
        for piece in pieces(row):
            verb = _verb(_split(_REDIRECT.sub("", piece).strip()))
            if verb and len(verb) <= LONGEST_VERB and "[" not in verb:
                found.append(verb)
    return tuple(found)


def _without_texts(line: str) -> str:
    """The line without the texts that are handed to its commands, and with long lines joined."""
    plain = _HERE.sub("", _HEREDOC.sub("''", line)).replace("\\\n", " ")
    # A text over several lines is a program or a message, and none of its lines a command.
    return _QUOTED.sub(lambda found: "''" if "\n" in found[0] else found[0], plain)


def _split(piece: str) -> list[str]:
    try:
        return [] if piece.startswith("#") else shlex.split(piece)
    except ValueError:
        return []


def _verb(words: list[str]) -> str:
    """The program and what it is told to do; '' when that is no step of anything."""
    words = _started(words)
    if not words or {"--help", "-h", "--version", "--dry-run"} & set(words[1:]):
        return ""
    program, rest = _program(words[0]), words[1:]
    if not program or program in _LOOKING - _PARTS:
        return ""
    if program in _INTERPRETERS:
        return _interpreted(program, rest)
    if program not in _KNOWN and rest and rest[0] in TOOLS:
        # Something that is put before other commands.
        return _verb(rest)
    if program not in _KNOWN and _views(rest):
        return ""
    found = _told(program, rest)
    if found in _CONTAINERS:
        service, *inside = _after(found, rest) or [""]
        inner = _verb(inside)
        return f"{found} {service} {inner}" if inner and _PLAIN.fullmatch(service) else found
    if found in _LAUNCHERS:
        inner = _verb(_after(found, rest))
        return f"{found} {inner}" if inner else ""
    return "" if found in _LOOKING or _LOOKS.fullmatch(found) else found


def _views(rest: Sequence[str]) -> bool:
    """Whether a program that nobody knows is told, in its first two words, to show something."""
    return not _VIEWS.isdisjoint(list(_plain(rest))[:2])


def _started(words: list[str]) -> list[str]:
    """The words from the program on."""
    for place, word in enumerate(words):
        if not (_ASSIGNED.fullmatch(word) or word in _BEFORE or word.isdigit()):
            return words[place:]
    return []


def _program(word: str) -> str:
    """A program by its name; a script of the repo by its place in it."""
    if "/" in word and not word.startswith(("/", "~", "$", "..")):
        return word if _SCRIPT.fullmatch(word) else ""
    name = os.path.basename(word)
    return name if re.fullmatch(r"[A-Za-z][\w.+-]*", name) else ""


def _told(program: str, rest: Sequence[str]) -> str:
    """The program with the plain words that say what it does."""
    found, depth = program, _DEPTH.get(program, 0 if program in _KNOWN else 2)
    for word in _plain(rest):
        if depth <= 0 and found not in _DEEPER:
            break
        depth -= 1
        found += f" {word}"
    return found


def _plain(rest: Sequence[str]) -> Iterator[str]:
    """The words up to the first that belongs to one task, options and their values left out."""
    skip = False
    for word in rest:
        if skip or word.startswith("-"):
            skip = not skip and word in _VALUED
        elif _PLAIN.fullmatch(word):
            yield word
        else:
            return


def _after(launcher: str, rest: list[str]) -> list[str]:
    """What a launcher is to start: the words after its own and its options."""
    own = launcher.split()[1:]
    words = rest[rest.index(own[-1]) + 1 :] if own and own[-1] in rest else rest
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in _VALUED or words[0] in ("--with", "--extra", "-p") else 1 :]
    return words


def _interpreted(program: str, rest: list[str]) -> str:
    if rest[:1] == ["-m"] and len(rest) > 1:
        return f"{program} -m {rest[1]}"
    script = rest[0] if rest else ""
    if not _OWN_SCRIPT.fullmatch(script):
        return ""
    told = next(_plain(rest[1:]), "")
    return f"{program} {script} {told}".rstrip()
