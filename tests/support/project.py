"""The project's own files, as the tests of its structure see them."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = [name.removeprefix("tagwarden.") for name in PYPROJECT["tool"]["setuptools"]["packages"]]
ROOMS = sorted({package.split(".")[0] for package in PACKAGES})


def project_files() -> list[Path]:
    """Every file of the project that Git tracks or does not ignore, relative to the project's root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return sorted(Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).exists())


def modules() -> dict[str, Path]:
    """Every module of the distribution, without `tagwarden.` in its name, and its file."""
    return {
        ".".join(file.with_suffix("").parts).removesuffix(".__init__"): ROOT / file
        for file in project_files()
        if file.parts[0] in ROOMS and file.suffix == ".py"
    }


class Import:
    """One import statement: the absolute name that it imports, and whether it runs when its module is imported."""

    def __init__(self, name: str, *, relative: bool, at_import: bool) -> None:
        self.name = name
        self.relative = relative
        self.at_import = at_import


def imports(module: str, file: Path) -> list[Import]:
    """All imports in `module`; the project's own names are without `tagwarden.`."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found: list[Import] = []

    def origin(node: ast.ImportFrom) -> str:
        parts = package.split(".") if node.level else []
        parts = parts[: len(parts) + 1 - node.level] if node.level else []
        return "".join(f"{part}." for part in [*parts, *([node.module] if node.module else [])])

    def visit(node: ast.AST, at_import: bool) -> None:
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
                found.extend(Import(name, relative=False, at_import=at_import) for name in names)
            case ast.ImportFrom():
                names = [f"{origin(node)}{alias.name}" for alias in node.names]
                found.extend(Import(name, relative=node.level > 0, at_import=at_import) for name in names)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                at_import = False
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                for child in node.body:
                    visit(child, False)
                for child in node.orelse:
                    visit(child, at_import)
                return
        for child in ast.iter_child_nodes(node):
            visit(child, at_import)

    visit(ast.parse(file.read_text()), True)
    return found
