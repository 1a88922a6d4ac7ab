"""The tests a file holds, by name, in Python, JavaScript, TypeScript, Rust and Go; and how many
cases each stands for."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeGuard

from passdown.stages.audit import code

if TYPE_CHECKING:
    from collections.abc import Iterator

_LANGUAGES = {
    "js": "javascript", "jsx": "javascript", "mjs": "javascript", "cjs": "javascript",
    "ts": "typescript", "mts": "typescript", "tsx": "tsx", "rs": "rust", "go": "go",
}  # fmt: skip
_GIVEN = ("given", "hypothesis.given", "st.given")
_MANY = re.compile(r"pytest_generate_tests|parametrize_from_file|load_tests|subTest|subtests")


@dataclass(frozen=True, slots=True)
class Trial:
    """One test: `cases` it is known to stand for, `open` where only a run can tell how many."""

    name: str
    line: int
    cases: int = 1
    open: bool = False


def trials(path: str, text: str) -> tuple[Trial, ...] | None:
    """The tests that stand in a file; None where the language is not read here."""
    suffix = path.rpartition(".")[2]
    if suffix in ("py", "pyi"):
        return _python(text)
    language = _LANGUAGES.get(suffix)
    return _parsed(language, text) if language else None


@lru_cache(1024)
def _python(text: str) -> tuple[Trial, ...] | None:
    tree = code.parsed(text)
    if tree is None:
        return None
    several = bool(_MANY.search(text))
    return tuple(_of_python(tree.body, "", several, 1, open_before=False))


def _of_python(
    body: list[ast.stmt], prefix: str, several: bool, times: int, *, open_before: bool
) -> Iterator[Trial]:
    for node in body:
        if isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or _tested(node)):
            cases, open_ = _cases(node.decorator_list)
            yield from _of_python(
                node.body, f"{prefix}{node.name}.", several, times * cases,
                open_before=open_before or open_,
            )  # fmt: skip
        elif isinstance(node, (ast.ClassDef, ast.If, ast.Try, ast.With)):
            inner = f"{prefix}{node.name}." if isinstance(node, ast.ClassDef) else prefix
            yield from _of_python(
                _inside(node), inner, several, times, open_before=open_before
            )  # fmt: skip
        elif isinstance(node, ast.Assign) and _made(node):
            yield Trial(prefix + _made(node), node.lineno, times, True)
        elif _is_test(node):
            cases, open_ = _cases(node.decorator_list)
            dynamic = open_ or open_before or (several and "sub" in ast.dump(node).casefold())
            yield Trial(prefix + node.name, node.lineno, times * cases, dynamic)


def _inside(node: ast.ClassDef | ast.If | ast.Try | ast.With) -> list[ast.stmt]:
    """What stands in it, in one branch or another."""
    more = [] if isinstance(node, (ast.ClassDef, ast.With)) else node.orelse
    caught = node.handlers if isinstance(node, ast.Try) else []
    return [*node.body, *more, *(one for handler in caught for one in handler.body)]


def _made(node: ast.Assign) -> str:
    """The name of a test that a call makes; '' for another assignment."""
    name = node.targets[0]
    made = isinstance(name, ast.Name) and isinstance(node.value, ast.Call)
    return name.id if made and isinstance(name, ast.Name) and name.id.startswith("test_") else ""


def _is_test(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, functions) and node.name.startswith("test")


def _tested(node: ast.ClassDef) -> bool:
    return any("Test" in ast.unparse(base) for base in node.bases)


def _cases(decorators: list[ast.expr]) -> tuple[int, bool]:
    """How many cases decorators make of one test, and whether only a run can tell."""
    cases, dynamic = 1, False
    for one in decorators:
        said = ast.unparse(one)
        if not isinstance(one, ast.Call):
            continue
        if said.startswith(_GIVEN):
            continue
        if "parametrize" in said or "parameterized" in said or said.startswith("ddt"):
            n = _listed(one)
            cases, dynamic = cases * (n or 1), dynamic or n is None
    return cases, dynamic


def _listed(call: ast.Call) -> int | None:
    values = [arg.value for arg in call.keywords if arg.arg == "argvalues"] or call.args[-1:]
    if values and isinstance(values[0], (ast.List, ast.Tuple, ast.Set)):
        starred = any(isinstance(one, ast.Starred) for one in values[0].elts)
        return None if starred else max(len(values[0].elts), 1)
    return None


@lru_cache(1024)
def _parsed(language: str, text: str) -> tuple[Trial, ...] | None:
    parser = _parser(language)
    if parser is None:
        return None
    tree = parser.parse(text.encode("utf-8", "surrogateescape"))
    find = {"rust": _rust, "go": _go}.get(language, _script)
    return tuple(find(node) for node in _walk(tree.root_node) if _WHICH[language](node))


@lru_cache(8)
def _parser(language: str) -> Any:
    """A parser of this language; None without the extra `audit`."""
    try:
        from tree_sitter import Language, Parser

        return Parser(Language(_grammar(language)))
    except ImportError:
        return None


def _grammar(language: str) -> Any:
    if language == "javascript":
        import tree_sitter_javascript

        return tree_sitter_javascript.language()
    if language in ("typescript", "tsx"):
        import tree_sitter_typescript

        return getattr(tree_sitter_typescript, f"language_{language}")()
    if language == "rust":
        import tree_sitter_rust

        return tree_sitter_rust.language()
    import tree_sitter_go

    return tree_sitter_go.language()


def _walk(root: Any) -> Iterator[Any]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _said(node: Any) -> str:
    return bytes(node.text).decode("utf-8", "replace")


_CALLED = re.compile(
    r"(?:it|test|specify|Deno\.test|QUnit\.test|t\.test|bench)"
    r"(?:\.(?:only|skip|todo|concurrent|each|failing|fails|serial|sequential|for|skipIf|runIf))*\Z"
)


def _is_script_test(node: Any) -> bool:
    if node.type != "call_expression":
        return False
    called = node.child_by_field_name("function")
    if called is not None and called.type == "call_expression":  # it.each([...])(name, body)
        called = called.child_by_field_name("function")
    return called is not None and bool(_CALLED.match(_said(called))) and not _is_head(node)


def _is_head(node: Any) -> bool:
    """Whether it is the `it.each([...])` of a call that follows it."""
    parent = node.parent
    return (
        parent is not None
        and parent.type == "call_expression"
        and parent.child_by_field_name("function") == node
    )


def _script(node: Any) -> Trial:
    arguments = node.child_by_field_name("arguments")
    named = [_said(child) for child in arguments.named_children] if arguments is not None else []
    name = named[0] if named else ""
    return Trial(name, node.start_point[0] + 1, 1, ".each" in _said(node)[:200])


_RUST = re.compile(r"\b(?:test|rstest|test_case|proptest|quickcheck|wasm_bindgen_test)\b")
_RUST_CASE = re.compile(r"#\[(?:\w+::)*(?:case|test_case)\b")


def _is_rust_test(node: Any) -> bool:
    return node.type == "function_item" and any(map(_RUST.search, _attributes(node)))


def _attributes(node: Any) -> list[str]:
    """What is said of a function above it."""
    found: list[str] = []
    before = node.prev_named_sibling
    while before is not None and before.type in ("attribute_item", "line_comment", "block_comment"):
        if before.type == "attribute_item":
            found.append(_said(before))
        before = before.prev_named_sibling
    return found


def _rust(node: Any) -> Trial:
    name = _said(node.child_by_field_name("name"))
    cases = sum(bool(_RUST_CASE.match(one)) for one in _attributes(node))
    several = "#[values" in _said(node.child_by_field_name("parameters"))
    return Trial(name, node.start_point[0] + 1, cases or 1, several)


def _is_go_test(node: Any) -> bool:
    if node.type == "call_expression":
        return _said(node.child_by_field_name("function")) in ("It", "FIt", "Specify", "Entry")
    if node.type not in ("function_declaration", "method_declaration"):
        return False
    return bool(
        re.match(r"(?:Test|Fuzz|Example)(?:[A-Z_]|\Z)", _said(node.child_by_field_name("name")))
    )


def _go(node: Any) -> Trial:
    if node.type == "call_expression":
        return _script(node)
    name = _said(node.child_by_field_name("name"))
    return Trial(name, node.start_point[0] + 1, 1, ".Run(" in _said(node))


_WHICH = {
    "javascript": _is_script_test,
    "typescript": _is_script_test,
    "tsx": _is_script_test,
    "rust": _is_rust_test,
    "go": _is_go_test,
}
