"""What a program no longer takes is told where it is called so, and only where that is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.audit import drift, opened
from passdown.stages.audit.commands import calls_programs, runs, surface
from passdown.stages.audit.drift import Playbook, findings, unknown
from passdown.stages.audit.drifted import drifted
from passdown.stages.audit.shelf import Shelf
from tests.stages.audit.repo import change, commit, init
from tests.stages.audit.shelves import unpacked, wheel as netty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.drift import Drift

OLD_CLI = """import argparse
def main():
    p = argparse.ArgumentParser()
    p.add_argument("--fast", "-f")
    p.add_argument("--level", type=int)
    p.add_argument("--quiet", help="say less")
    sub = p.add_subparsers()
    sub.add_parser("sync")
    sub.add_parser("list")
"""
NEW_CLI = (OLD_CLI.replace('    p.add_argument("--fast", "-f")\n', "")
           .replace('    sub.add_parser("sync")\n', "")
           .replace("say less", "Deprecated: say nothing"))  # fmt: skip
NEWS = (
    "# Changes\n\n## 2.0\n\n### Removed\n\n- `--fast`, which was always on\n\n## 1.0\n\n- First\n"
)
SCRIPT = "name: ci\njobs:\n  a:\n    steps:\n      - run: ship --fast --level=3\n"


def packaged(folder: Path, version: str, source: str, news: str = "") -> Path:
    place = folder / f"ship-{version}"
    (place / "ship").mkdir(parents=True)
    (place / "ship/__init__.py").write_text("")
    (place / "ship/cli.py").write_text(source)
    (place / "pyproject.toml").write_text('[project]\nscripts = {ship = "ship.cli:main"}\n')
    if news:
        (place / "CHANGELOG.md").write_text(news)
    return folder


def changed(root: Path, before: Mapping[str, str], after: Mapping[str, str | None]) -> Change:
    repo = init(root / "repo")
    base = commit(repo, before)
    return change(repo, base, commit(repo, after))


def moved(root: Path, files: Mapping[str, str]) -> Change:
    return changed(root, {"requirements.txt": "ship==1.0\n", **files},
                   {"requirements.txt": "ship==2.0\n"})  # fmt: skip


def shelf(root: Path, new: str = NEW_CLI, old: str = OLD_CLI, news: str = "") -> Shelf:
    return Shelf([packaged(packaged(root / "shelf", "1.0", old), "2.0", new, news)])


def told(rows: list[Drift]) -> list[str]:
    return [one.message for one in findings(rows)]


def test_an_option_that_went_is_told_where_it_is_given(tmp_path: Path) -> None:
    known = moved(tmp_path, {".github/workflows/ci.yml": SCRIPT})
    rows = drifted(known, shelf(tmp_path))
    (one,) = findings(rows)
    assert (one.rule, one.severity) == ("drift.removed", "warn")
    assert one.message == "ship: `ship --fast` removed 1.0->2.0"
    assert [(at.path, at.line) for at in one.locations] == [(".github/workflows/ci.yml", 5)]
    assert one.locations[0].text == "- run: ship --fast --level=3"


def test_the_changelogs_line_stands_beside_it(tmp_path: Path) -> None:
    known = moved(tmp_path, {"Makefile": "all:\n\t@ship --fast\n"})
    (one,) = drifted(known, shelf(tmp_path, news=NEWS))
    assert one.plain()["changelog"] == "2.0: `--fast`, which was always on"
    (message,) = told([one])
    assert message.endswith("; its changelog, 2.0: `--fast`, which was always on")


def test_a_changelog_alone_accuses_nobody(tmp_path: Path) -> None:
    known = moved(tmp_path, {"Makefile": "all:\n\tship --fast\n"})
    rows = drifted(known, shelf(tmp_path, new=OLD_CLI, news=NEWS))
    assert [one.status for one in rows] == [drift.VERSION]
    assert told(rows) == ["ship 1.0 to 2.0: nothing that is used here changed"]


def test_the_changelog_of_a_wheel_is_its_own_description(tmp_path: Path) -> None:
    meta = {"netty-0.28.1.dist-info/METADATA": "Name: netty\n\n## 0.28.0\n\n- Removed `proxies`\n"}
    wheels = netty(netty(tmp_path / "wheels", "0.27.2"), "0.28.1", **meta)
    known = changed(
        tmp_path, {"requirements.txt": "netty==0.27.2\n", "a.py": "import netty\n"
                   "netty.Client(proxies=1)\n"}, {"requirements.txt": "netty==0.28.1\n"},
    )  # fmt: skip
    (one,) = drifted(known, Shelf([wheels]))
    assert one.noted == "0.28.0: Removed `proxies`"
    (bare,) = drifted(known, Shelf([unpacked(unpacked(tmp_path / "b", "0.27.2"), "0.28.1")]))
    assert bare.noted == ""


def test_a_command_that_went_is_told_and_one_on_its_way_out_is_told_so(tmp_path: Path) -> None:
    known = moved(tmp_path, {"run.sh": "ship sync --level 1\nship list --quiet\n"})
    rows = drifted(known, shelf(tmp_path))
    assert sorted((one.symbol, one.status) for one in rows) == [
        ("ship --quiet", drift.DEPRECATED), ("ship sync", drift.REMOVED),
    ]  # fmt: skip


def test_a_playbook_that_tells_to_give_it_is_told(tmp_path: Path) -> None:
    book = Playbook("p1", "Ship", "Do:\n\n```sh\nship --fast\n```\n")
    other = Playbook("p2", "Ship", "Never say ship --fast. `ship --fast` is old.\n")
    rows = drifted(moved(tmp_path, {"a.py": ""}), shelf(tmp_path), [book, other])
    (one,) = findings(rows)
    assert (one.refs, one.message) == (
        ("p1",), "ship: `ship --fast` removed 1.0->2.0; 1 playbook uses it"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("files", "new"),
    [
        ({"run.sh": "ship --level 3 --quiet\n"}, OLD_CLI),
        ({"run.sh": "ship --fast\n"}, OLD_CLI + "# a comment\n"),
        ({"run.sh": "ship --fast\n"}, NEW_CLI + 'print("--fast is always on now")\n'),
        ({"run.sh": "ship --fast\n"}, NEW_CLI + '    p.add_argument("--faster", "--fast")\n'),
        ({"run.sh": "ship --fast\n"}, NEW_CLI + "for n in x:\n    p.add_argument(f'--{n}')\n"),
        ({"run.sh": "ship --fast\n"}, NEW_CLI + "OLD = ['--' + n for n in ('fast',)]\n"),
        ({"run.sh": "ship --fast\n"}, "import typer\n" + NEW_CLI),
        ({"run.sh": "ship --fast\n"}, "from typer import Option\ndef main(level): ...\n"),
        ({"run.sh": "ship --fast\n"}, "import _native\nmain = _native.main\n"),
        ({"run.sh": "ship sync\n"}, NEW_CLI + "@app.command()\ndef sync(): ...\n"),
        ({"run.sh": "ship sync\n"}, NEW_CLI + 'ALIASES = {"sync": "list"}\n'),
        ({"run.sh": "ship --unheard-of\n"}, NEW_CLI),
        ({"run.sh": "ship -f\n"}, NEW_CLI),
        ({"run.sh": "other --fast; ship --level 1 | other --fast\n"}, NEW_CLI),
        ({"run.sh": "echo ship --fast\nother ship --fast\n"}, NEW_CLI),
        ({"run.sh": "# ship --fast\n"}, NEW_CLI),
        ({"run.sh": "ship -- --fast\nship -m other --fast\nship run.py --fast\n"}, NEW_CLI),
        ({"run.sh": "shipping --fast\nmy-ship --fast\nship.sh --fast\n"}, NEW_CLI),
        ({"run.sh": "cat > x <<'E\nship --fast\n"}, OLD_CLI),
        ({"run.sh": "ship 'unclosed --fast\n"}, NEW_CLI),
        ({"README.md": "    ship --fast\n", "CHANGELOG.md": "ship --fast\n"}, NEW_CLI),
        ({"a.py": "# ship --fast\nX = 'ship --fast'\n"}, NEW_CLI),
        ({"data.json": '{"x": "ship --fast"}'}, NEW_CLI),
        ({}, NEW_CLI),
    ],
)  # fmt: skip
def test_what_is_not_certain_and_what_is_not_called_is_not_told(
    tmp_path: Path, files: dict[str, str], new: str
) -> None:
    rows = drifted(moved(tmp_path, files), shelf(tmp_path, new=new))
    assert [one for one in rows if one.status in drift.TOLD] == []


def test_what_cannot_be_told_is_unknown(tmp_path: Path) -> None:
    known = moved(tmp_path, {"run.sh": "ship --fast\n"})
    native = drifted(known, shelf(tmp_path, new="import _native\n"))
    assert unknown(native) == "unknown: ship: what `ship` takes is not in its source"
    absent = drifted(known, Shelf([packaged(tmp_path / "b", "1.0", OLD_CLI)]))
    assert unknown(absent) == "unknown: ship: there is no ship 2.0 to look at"
    assert told(native) + told(absent) == ["ship 1.0 to 2.0: nothing that is used here changed"]


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("a.sh", "ship --a --b=1 x --c 2\n", [(("--a", "--b", "--c"), "")]),
        ("a.sh", "cd x && A=1 sudo ship sync --a; true\n", [(("--a",), "sync")]),
        ("a.sh", "uv run ship --a | tee x\n", [(("--a",), "")]),
        ("a.sh", "python -m ship --a\n", [(("--a",), "")]),
        ("a.sh", ".venv/bin/ship --a\n", [(("--a",), "")]),
        ("a.sh", "ship \\\n  --a \\\n  --b\n", [(("--a", "--b"), "")]),
        ("a.sh", "if ship --a; then ship --b; fi\n", [(("--a",), ""), (("--b",), "")]),
        ("x/Makefile", "t:\n\t@ship --a\n\t-ship --b\n", [(("--a",), ""), (("--b",), "")]),
        ("Dockerfile", 'CMD ["ship", "--a"]\nRUN ship --b\n', [(("--a",), ""), (("--b",), "")]),
        ("package.json", '{"scripts": {\n"lint": "ship --a",\n"x": "y"}}', [(("--a",), "")]),
        ("tox.ini", "commands = ship --a\n    ship --b\n", [(("--a",), ""), (("--b",), "")]),
        (".gitlab-ci.yml", "script:\n  - ship --a\n", [(("--a",), "")]),
        ("a.sh", "ship --a $(other --b)\n", [(("--a",), "")]),
        ("a.sh", "ship --a `other --b`\n", [(("--a",), "")]),
        ("a.sh", "ship --a > out.txt\n", [(("--a",), "")]),
        ("a.sh", "echo 'run ship --a'\n", []),
    ],
)  # fmt: skip
def test_calls_are_read_as_they_are_written(
    path: str, text: str, wanted: list[tuple[tuple[str, ...], str]]
) -> None:
    assert calls_programs(path)
    assert [(one.flags, one.word) for one in runs(path, text, ["ship"])] == wanted


def test_files_that_call_nothing_are_not_read() -> None:
    for path in ("a.py", "README.md", "docs/Makefile.md", "data.yml", "tests/a.json"):
        assert not calls_programs(path)


def test_options_are_read_from_each_way_of_declaring_them() -> None:
    text = (
        "@click.command('go')\n@click.option('--a/--no-a', '-x', deprecated=True)\n"
        "@click.option('--b', help='[deprecated] no')\ndef f(): ...\n"
        "@cli.group()\ndef my_group(): ...\nparser.addoption('--c')\nadd_parser(name='sub')\n"
    )
    found = surface(frozenset(("p",)), [text, "broken(", "p.add_argument('--never'"])
    assert found.flags == {"--a", "--no-a", "--b", "--c"}
    assert found.old == {"--a", "--no-a", "--b"}
    assert found.words == {"go", "f", "my-group", "sub"}
    assert not found.open


def test_programs_are_those_that_a_package_installs(tmp_path: Path) -> None:
    info = tmp_path / "ship-1.0.dist-info"
    info.mkdir()
    (info / "RECORD").write_text(
        "ship-1.0.dist-info/entry_points.txt,,\nship/a.py,,\n../../bin/ship,,\n../out.py,,\n"
    )
    (info / "entry_points.txt").write_text(
        "[gui_scripts]\nno = a:b\n[console_scripts]\nship = ship.a:main\n"
        "s2=ship.a:main [x]\n[o]\nz = 1\n"
    )
    (tmp_path / "ship").mkdir()
    (tmp_path / "ship/a.py").write_text("x = 1\n")
    (tmp_path.parent / "out.py").write_text("evil\n")
    assert opened.programs(info) == {"ship", "s2"}
    assert opened.sources(info) == ("x = 1\n",)
    other = tmp_path / "other-1.0"
    other.mkdir()
    (other / "setup.cfg").write_text("[options.entry_points]\nconsole_scripts =\n  o = a:b\n")
    (other / "pyproject.toml").write_text("broken [")
    (other / "link.py").symlink_to(tmp_path / "ship/a.py")
    assert opened.programs(other) == {"o"}
    assert opened.sources(other) == ()
    (info / "entry_points.txt").write_text("\n    [console_scripts]\n    in = a:b\n    \n")
    assert opened.programs(info) == {"in"}
    assert opened.programs(tmp_path / "nowhere.whl") == frozenset()
    (tmp_path / "x.whl").write_bytes(b"no wheel")
    assert opened.told(tmp_path / "x.whl") == ""


def test_a_program_that_is_no_python_is_known_by_what_it_said_of_itself(tmp_path: Path) -> None:
    for version, text in (("1.0", "  --fast  Be fast\n  --level N\n"),
                          ("2.0", "  --level N  (deprecated) No use\n")):  # fmt: skip
        place = tmp_path / "shelf" / f"ship-{version}"
        place.mkdir(parents=True)
        (place / "ship.help.txt").write_text(f"Usage: ship [OPTIONS]\n{text}")
    known = moved(tmp_path, {"run.sh": "ship --fast --level 3 --never-said\n"})
    rows = drifted(known, Shelf([tmp_path / "shelf"]))
    assert [(one.symbol, one.status) for one in rows if one.status in drift.TOLD] == [
        ("ship --fast", drift.REMOVED), ("ship --level", drift.DEPRECATED),
    ]  # fmt: skip
