"""The structure that ARCHITECTURE.md promises, proven on the source itself."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
from collections import Counter
from pathlib import Path

import pytest

from support.project import PACKAGES, PYPROJECT, ROOMS, ROOT, Import, imports, modules, project_files

MODULES = modules()

# Which rooms each room may import.
ARROWS = {
    "cli": {"contents", "dashboard", "hooks", "host_rules", "server_hooks", "repository", "report", "policy"},
    "contents": {"repository", "policy"},
    "dashboard": {"contents", "server_hooks", "repository", "report", "policy"},
    "hooks": {"repository", "report", "policy"},
    "host_rules": {"policy"},
    "server_hooks": {"repository", "report", "policy"},
    "repository": {"policy"},
    "report": {"policy"},
    "policy": set(),
}

# All that the pure core may use of the world outside it.
PURE = {
    "__future__", "bisect", "codecs", "collections", "datetime", "difflib", "functools", "hashlib", "heapq",
    "itertools", "json", "math", "posixpath",
    "re", "ruamel", "semver", "shlex", "string", "textwrap", "tomllib", "types", "typing", "unicodedata", "urllib",
    "warnings",
}  # fmt: skip
IMPURE_FOR_A_REASON = {
    # A regular expression that takes too long is stopped by nothing but a timer or a process of its own.
    "policy.patterns": {"subprocess", "sys", "time"},
    "policy.time_limit": {"signal", "sys", "time"},
    # Makes the classes that typing.NamedTuple would make, for a tenth of the time.
    "policy.record": {"_collections", "eval"},
}
# All that starts programs. The others ask one of these, which know how long to wait and how much to read.
STARTS_PROGRAMS = {"policy.patterns", "repository.git.bounded_program", "repository.git.spawning"}
# The walkers of tables import what a row names when it is asked for; what each may reach so.
IMPORTED_BY_NAME = {
    "cli.documents": "cli.commands",
    "cli.group": "cli.commands",
    "policy": "policy",
    "policy.rules": "policy.rules",
    "repository.git.sha256": None,  # Python's own module of that name
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "breakpoint"}

LONGEST = 300
LONGER: dict[str, str] = {}  # file → why it is one thing all the same
MOST_FILES = 25
TABLES = {"policy/rules", "cli/commands"}  # folders with one file for each row of a table


def room_of(module: str) -> str:
    return module.split(".")[0]


def is_ours(name: str) -> bool:
    return room_of(name) in ROOMS


@functools.cache
def all_imports() -> dict[str, list[Import]]:
    return {module: imports(module, file) for module, file in MODULES.items()}


def test_every_room_is_on_the_map() -> None:
    assert sorted(ARROWS) == ROOMS


@pytest.mark.parametrize("package", PACKAGES)
def test_the_page_on_the_architecture_says_what_each_folder_holds(package: str) -> None:
    room, _, folder = package.replace(".", "/").partition("/")
    page = (ROOT / "ARCHITECTURE.md").read_text()

    assert f"`{folder or room}/`" in page or f"`{room}/{folder}/`" in page


def test_the_arrows_make_no_circle() -> None:
    graphlib.TopologicalSorter(ARROWS).prepare()


def test_each_arrow_is_needed() -> None:
    used: dict[str, set[str]] = {room: set() for room in ROOMS}
    for module, needed in what_each_module_needs().items():
        used[room_of(module)].update(room_of(name) for name in needed)

    assert {room: rooms - {room} for room, rooms in used.items()} == ARROWS


def test_modules_import_only_along_the_arrows() -> None:
    against = {
        (module, one.name)
        for module, imported in all_imports().items()
        for one in imported
        if one.relative and room_of(one.name) not in ARROWS[room_of(module)] | {room_of(module)}
    }

    assert not against


def test_inside_the_folders_imports_of_our_own_are_relative() -> None:
    absolute = {
        (module, one.name)
        for module, imported in all_imports().items()
        for one in imported
        if not one.relative and one.name.split(".")[0] == "tagwarden"
    }

    assert not absolute


def what_each_module_needs() -> dict[str, set[str]]:
    """The modules that each imports anywhere: at its top, in a function, or for a type checker alone."""
    needs: dict[str, set[str]] = {}
    for module, imported in all_imports().items():
        named = {one.name for one in imported if one.relative}
        # `from .x import y` names x.y; y may be a module or something in x.
        needs[module] = {name if name in MODULES else name.rpartition(".")[0] for name in named} - {module}
    return needs


def folder_of(module: str) -> str:
    """The folder of a room that a module lies in; a module beside the folders stands for itself."""
    room, _, rest = module.partition(".")
    folder, _, inner = rest.partition(".")
    return f"{room}.{folder}" if inner or MODULES[module].name == "__init__.py" else module


def test_every_import_of_our_own_names_a_module() -> None:
    assert not [name for needed in what_each_module_needs().values() for name in needed if name not in MODULES]


def test_no_modules_need_each_other_in_a_circle() -> None:
    graphlib.TopologicalSorter(what_each_module_needs()).prepare()


def test_few_modules_import_others_by_name() -> None:
    importing = {
        module
        for module, file in MODULES.items()
        for node in ast.walk(ast.parse(file.read_text()))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
        and node.func.id in ("__import__", "import_module")
    }

    assert importing == IMPORTED_BY_NAME.keys()


def test_imports_by_name_make_no_circle_either() -> None:
    needs = what_each_module_needs()
    for module, folder in IMPORTED_BY_NAME.items():
        needs[module] = needs[module].union(name for name in MODULES if folder and name.startswith(f"{folder}."))
    needs["cli.documents"].remove("cli.commands.schema")  # it prints the shapes of all commands, its own among them

    graphlib.TopologicalSorter(needs).prepare()


def test_no_folders_need_each_other_in_a_circle() -> None:
    folders: dict[str, set[str]] = {}
    for module, needed in what_each_module_needs().items():
        folder = folder_of(module)
        folders.setdefault(folder, set()).update(folder_of(name) for name in needed)
        folders[folder].discard(folder)

    graphlib.TopologicalSorter(folders).prepare()


def test_a_circle_is_seen_wherever_an_import_stands(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        "if TYPE_CHECKING:\n    from .a import A\nif TYPE_CHECKING:\n    pass\nelse:\n    from .b import B\n"
        "def f():\n    from . import c\nclass C:\n    from ..d import D\n"
        "try:\n    pass\nfinally:\n    from .e.f import G\n"
    )

    seen = {one.name for one in imports("room.sub.module", file)}

    assert seen == {"room.sub.a.A", "room.sub.b.B", "room.sub.c", "room.d.D", "room.sub.e.f.G"}


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) in ("policy", "host_rules")])
def test_the_core_is_pure(module: str) -> None:
    allowed = PURE | IMPURE_FOR_A_REASON.get(module, set())
    outside = {one.name.split(".")[0] for one in imports(module, MODULES[module]) if not one.relative} - allowed
    called = {
        node.func.id
        for node in ast.walk(ast.parse(MODULES[module].read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert not outside
    assert not called & IMPURE_CALLS - IMPURE_FOR_A_REASON.get(module, set())


def test_few_modules_start_programs() -> None:
    starting = {
        module
        for module, file in MODULES.items()
        for node in ast.walk(ast.parse(file.read_text()))
        if (isinstance(node, ast.Import) and any(one.name == "subprocess" for one in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "subprocess")
        or (isinstance(node, ast.Attribute) and node.attr in ("posix_spawn", "posix_spawnp", "system", "popen"))
    }

    assert starting == STARTS_PROGRAMS


def test_the_packages_that_are_declared_are_the_folders_that_there_are() -> None:
    folders = {
        ".".join(file.parent.parts)
        for file in project_files()
        if file.name == "__init__.py" and file.parts[0] not in ("tests", "bench")
    }

    assert set(PACKAGES) == folders


def test_every_package_says_that_it_is_typed() -> None:
    folders = [ROOT / package.replace(".", "/") for package in PACKAGES]

    assert not [folder for folder in folders if not (folder / "py.typed").exists()]


def test_the_root_is_no_package() -> None:
    assert not (ROOT / "__init__.py").exists()
    assert not (ROOT / "tagwarden").exists()


def test_mypy_and_coverage_look_at_every_room() -> None:
    rooms = [f"tagwarden.{room}" for room in ROOMS]

    assert PYPROJECT["tool"]["mypy"]["packages"] == rooms
    assert PYPROJECT["tool"]["coverage"]["run"]["source_pkgs"] == rooms


def test_no_file_is_long() -> None:
    lengths = {
        str(file): len((ROOT / file).read_text().splitlines())
        for file in project_files()
        if file.suffix == ".py" and file.parts[0] != "tests"
    }
    long = {file for file, lines in lengths.items() if lines > LONGEST}

    assert long == set(LONGER)


def test_no_folder_has_more_files_than_one_finds_ones_way_in() -> None:
    counts = Counter(str(file.relative_to(ROOT).parent) for file in MODULES.values())

    assert {folder: count for folder, count in counts.items() if count > MOST_FILES and folder not in TABLES} == {}


def test_every_module_says_what_it_is_for() -> None:
    sources = {module: file.read_text() for module, file in MODULES.items()}

    assert not [module for module, source in sources.items() if source and not ast.get_docstring(ast.parse(source))]


def test_no_paths_of_a_developers_machine_are_in_the_files() -> None:
    home = re.compile(r"(?<![\w.}])/(home/\w|root/|Users/\w)")
    texts = {str(file): (ROOT / file).read_text(errors="replace") for file in project_files()}

    assert not {file for file, text in texts.items() if home.search(text)}
