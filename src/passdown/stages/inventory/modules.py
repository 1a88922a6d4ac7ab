"""Names of modules and the files they stand for, whatever folders a repository imports from."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.stages.inventory.source import Import

INIT = "__init__.py"


class Modules:
    """Every module of a repository by the names it may be imported under."""

    def __init__(
        self, python: Sequence[str], homes: Mapping[str, str] | None = None,
        outside: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """`homes` are the folders whose packages are installed by another name than theirs, and
        `outside` the names of what is installed beside them."""
        self._outside = frozenset(outside)
        self._paths = frozenset(python)
        self._homes = dict(homes or {})
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        for path in python:
            for name in self._spoken(path):
                self._by_name[name].append(path)
                self._names[path].append(name)

    def names(self, path: str) -> Sequence[str]:
        """The names a file may be imported under, the longest first."""
        return self._names.get(path, ())

    def files(self, name: str) -> Sequence[str]:
        """The files that a name may mean."""
        return self._by_name.get(name, ())

    def under(self, prefix: str) -> Iterator[str]:
        """Every file whose name begins so."""
        for name, paths in self._by_name.items():
            if name.startswith(prefix):
                yield from paths

    def like(self, pattern: str) -> Iterator[str]:
        """Every file whose name is like this one, with a word of it for each star."""
        head = pattern.partition("*")[0]
        shape = re.compile(re.escape(pattern).replace(r"\*", r"\w+"))
        for name, paths in self._by_name.items():
            if name.startswith(head) and shape.fullmatch(name):
                yield from paths

    def beside(self, path: str, *, deep: bool) -> Iterator[str]:
        """Every file of the same folder, and every package in it; with `deep` all below it."""
        folder = path.rpartition("/")[0]
        for one in self._paths:
            if one != path and one.startswith(f"{folder}/"):
                inner = one.removeprefix(f"{folder}/").removesuffix(f"/{INIT}")
                if deep or "/" not in inner:
                    yield one

    def meant(self, path: str, one: Import) -> Iterator[str]:
        """The files that an import in this file reaches."""
        if one.level:
            yield from self._relative(path, one)
            return
        names = [f"{one.module}.{name}" for name in one.names] or [one.module]
        for name in names:
            yield from self._reached(name, path)

    def strays(self, one: Import) -> Iterator[str]:
        """What an import of this repository may mean whose module is not where it says: the only
        one of that name in the same package, which is put there when it is built or started."""
        parts = one.module.split(".")
        ours = not one.level and len(parts) > 1 and self.files(parts[0])
        if not ours or self.files(one.module):
            return
        for name in (parts[-1], *one.names):
            near = [file for file in self.files(name) if f"/{parts[0]}/" in f"/{file}"]
            if len(near) == 1:
                yield from near

    def longest(self, name: str) -> Sequence[str]:
        """The files of a dotted name, less what at its end is an attribute: `pkg.mod.Class`."""
        module = name.partition(":")[0]
        parts = module.split(".")
        for end in range(len(parts), 0, -1):
            found = self.files(".".join(parts[:end]))
            if found:
                return found
        return ()

    def _spoken(self, path: str) -> Iterator[str]:
        """A file's name from every folder above it: which of them is a root nothing says."""
        bare = path.removesuffix(".py").removesuffix("/__init__")
        if path == INIT:
            return
        parts = bare.split("/")
        for start in range(len(parts)):
            if all(part.isidentifier() for part in parts[start:]):
                yield ".".join(parts[start:])
        for folder, name in self._homes.items():
            if f"{bare}/".startswith(f"{folder}/"):
                yield ".".join([name, *parts[folder.count("/") + 1 :]])

    def _reached(self, name: str, path: str) -> Iterator[str]:
        """The module, or the one that has it as an attribute, and every package above it."""
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            found = self._nearest(".".join(parts[:end]), path)
            if found:
                yield from found
                yield from (init for one in found for init in self._above(one))
                return

    def _nearest(self, name: str, path: str) -> Sequence[str]:
        """Of several files with one name: those beside the importing one, or at a root; a name of
        one part means a file here or a package's own, never any file that is called so."""
        found = [one for one in self.files(name) if self._is_meant(one, name, path)]
        if not found:
            return ()
        folder = path.rpartition("/")[0]
        if "." not in name:
            here = [one for one in found if _folder(one) in ("", "src", folder)]
            return here or [one for one in found if _is_root(one, self._paths)]
        if len(found) == 1:
            return found
        least = min(len(self._names[one][0].split(".")) - len(name.split(".")) for one in found)
        return [one for one in found
                if len(self._names[one][0].split(".")) - len(name.split(".")) == least]  # fmt: skip

    def _is_meant(self, file: str, name: str, path: str) -> bool:
        """Whether a name may mean a file: where something of that name is installed, it means no
        copy that stands within another package, unless the copy itself says it."""
        if name.partition(".")[0] not in self._outside:
            return True
        bare = file.removesuffix(".py").removesuffix("/__init__")
        above = bare[: len(bare) - len(name)].rstrip("/")
        home = f"{above}/{name.partition('.')[0]}"
        return path.startswith(f"{home}/") or not self._is_packed(above)

    def _is_packed(self, folder: str) -> bool:
        """Whether a folder is a package's, or in one."""
        while folder:
            if f"{folder}/{INIT}" in self._paths:
                return True
            folder = folder.rpartition("/")[0]
        return False

    def _relative(self, path: str, one: Import) -> Iterator[str]:
        folder = path.rpartition("/")[0].split("/") if "/" in path else []
        up = folder[: len(folder) - (one.level - 1)] if one.level > 1 else folder
        base = [*up, *(one.module.split(".") if one.module else [])]
        tried = [[*base, *name.split(".")] for name in one.names if name != "*"] or [base]
        for parts in (*tried, base):
            for file in ("/".join(parts) + ".py", "/".join([*parts, INIT])):
                if file in self._paths:
                    yield file
                    yield from self._above(file)

    def _above(self, path: str) -> Iterator[str]:
        """The packages a module is in: they run when it is imported."""
        folder = path.rpartition("/")[0]
        while folder:
            if f"{folder}/{INIT}" in self._paths:
                yield f"{folder}/{INIT}"
            folder = folder.rpartition("/")[0]


def _folder(path: str) -> str:
    """Where a module stands: for a package, the folder it is in."""
    folder = path.removesuffix(f"/{INIT}") if path.endswith(f"/{INIT}") else path
    return folder.rpartition("/")[0]


def _is_root(path: str, paths: Iterable[str]) -> bool:
    """Whether a module of one name stands where packages start: no package around it."""
    folder = _folder(path)
    return f"{folder}/{INIT}" not in set(paths) if folder else True
