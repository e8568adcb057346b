"""The walls of the house: who may import whom, who owns which framework, and that importing does nothing."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import kimqa

ROOT = Path(kimqa.__file__).parent
MAX_LINES = 400
FOUNDATIONS = {"types", "errors", "text"}
JOINING = {"sync", "pipeline", "conclude"}
FACES = {"api", "cli", "ui", "server", "render", "conversation", "__main__", "__init__"}
# Beyond the foundations, a stage may import the parts of its own that were split from it.
PARTS = {
    "question": {"followup"},
    "followup": {"referents"},
    "encoders": {"onnx"},
    "store": {"folder", "keywords"},
    "readers.span_model": {"onnx"},
    "readers.extractive": {
        "readers.abbreviations",
        "readers.comparing",
        "readers.compose",
        "readers.kinds",
        "readers.listing",
        "readers.phrasing",
        "readers.quoting",
        "readers.reports",
        "readers.sides",
        "readers.span_model",
    },
    "readers.comparing": {
        "followup",
        "readers.contrasting",
        "readers.forms",
        "readers.leaning",
        "readers.reports",
        "readers.wholes",
    },
    "readers.contrasting": {"readers.wholes"},
    "readers.reports": {"readers.contrasting", "readers.wholes"},
    "readers.kinds": {"readers.listing"},
    "readers.compose": {
        "dates",
        "readers.kinds",
        "readers.listing",
        "readers.quoting",
        "readers.series",
        "readers.sides",
        "readers.span_model",
    },
    "readers.quoting": {"numbers", "readers.span_model"},
    "readers.series": {"readers.kinds", "readers.listing", "readers.quoting"},
    "readers.sides": {"readers.quoting", "readers.reports"},
    "readers.generative": {"readers.faults", "readers.marks", "readers.models", "readers.prompts"},
    "readers.load": {"readers.extractive", "readers.generative", "readers.models", "readers.span_model", "support"},
    "ground": {"support"},
    "support": {"blanks", "dates", "numbers"},
    "dates": {"numbers"},
    "blanks": {"numbers"},
    "verify": {"support"},
}
FACE_IMPORTS = FACES | {"pipeline", "progress", "settings", "readers.prompts"} | FOUNDATIONS
OWNERS = {
    "gradio": {"ui"},
    "chromadb": {"vectorstore"},
    "langchain_chroma": {"vectorstore"},
    "langchain_core.documents": {"vectorstore", "retrieve"},
    "langchain_core.messages": {"readers.generative"},
    "langchain": {"readers.models"},
    "sentence_transformers": {"encoders"},
    "torch": {"encoders"},
    "onnxruntime": {"onnx"},
    "sqlite3": {"store", "folder"},
    "frontmatter": {"corpus"},
    "sentencex": {"text"},
    "snowballstemmer": {"text"},
    "typer": {"cli"},
}
LAZY = {"torch", "sentence_transformers", "transformers", "gradio", "chromadb", "langchain_chroma", "langchain"}
OUTSIDE = {"evals", "training", "tests"}


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


MODULES = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))}


def imports_of(tree):
    """The imported modules, of `from package import module` each part, and whether the import runs with the module."""
    at_the_top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            yield name, id(node) in at_the_top


def own_imports(name):
    """The modules of kimqa that a module imports."""
    found = {
        imported.removeprefix("kimqa.") for imported, _ in imports_of(MODULES[name]) if imported.startswith("kimqa.")
    }
    return (found & MODULES.keys()) - {name}


def allowed(name):
    if name == "settings":
        return {"errors"}
    if name in FOUNDATIONS:
        return FOUNDATIONS
    if name in JOINING:
        return MODULES.keys() - FACES
    if name in FACES:
        return FACE_IMPORTS
    return FOUNDATIONS | PARTS.get(name, set())


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_lies_below_it(name):
    assert sorted(own_imports(name) - allowed(name)) == []


def test_the_pipeline_knows_no_face_and_sync_not_the_pipeline():
    assert "pipeline" not in own_imports("sync")
    assert not own_imports("pipeline") & FACES


def test_no_two_modules_import_each_other():
    def reachable(name, seen):
        for other in own_imports(name) - seen:
            reachable(other, seen | {other}) if other not in seen else None
            seen |= {other}
        return seen

    assert [name for name in MODULES if name not in ("__init__", "__main__") and name in reachable(name, set())] == []


@pytest.mark.parametrize("name", MODULES)
def test_nothing_in_the_package_imports_what_uses_it(name):
    imported = {imported.split(".")[0] for imported, _ in imports_of(MODULES[name])}
    assert sorted(imported & OUTSIDE) == []


@pytest.mark.parametrize(("framework", "owners"), OWNERS.items())
def test_a_framework_is_imported_by_its_owner_alone(framework, owners):
    users = {
        name
        for name, tree in MODULES.items()
        if any(imported == framework or imported.startswith(f"{framework}.") for imported, _ in imports_of(tree))
    }
    assert users <= owners
    assert users & owners, "no module uses it: drop it here and from the dependencies"


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"ui"}))
def test_what_is_slow_to_import_is_imported_where_it_is_used(name):
    top = {imported.split(".")[0] for imported, is_top in imports_of(MODULES[name]) if is_top}
    assert sorted(top & LAZY) == []


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=name_of)
def test_a_module_is_short_and_opens_by_saying_what_it_is_for(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MAX_LINES
    assert not source or ast.get_docstring(MODULES[name_of(path)])


LOOK = """
import json, os, sys
before = dict(os.environ)
import kimqa
after = {name: value for name, value in os.environ.items() if before.get(name) != value}
print(json.dumps({"changed": after, "modules": sorted(sys.modules)}))
"""


def run(arguments, folder, **environment):
    """Run Python in an empty folder that is also its home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KIMQA_", "PYTEST", "COV"))}
    kept |= {
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        **environment,
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def test_importing_kimqa_does_nothing(tmp_path):
    done = run(["-W", "error::DeprecationWarning:kimqa", "-c", LOOK], tmp_path)
    seen = json.loads(done.stdout)
    assert done.stderr == ""
    assert seen["changed"] == {}
    assert list(tmp_path.iterdir()) == []
    assert sorted({"torch", "gradio", "chromadb", "sentence_transformers", "transformers"} & set(seen["modules"])) == []


def test_asking_on_the_command_line_needs_neither_torch_nor_the_page(built, tmp_path):
    code = (
        "import sys; from kimqa.cli import main\n"
        "try: main(['ask', 'Who cut the ribbon in Arlen?'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('modules:', *sorted(sys.modules))"
    )
    answer, _, modules = run(["-c", code], tmp_path, KIMQA_HOME=str(built.home)).stdout.partition("modules:")
    assert "Ines Calder" in answer
    assert "kimqa.pipeline" in modules.split()
    assert sorted({"torch", "gradio", "sentence_transformers", "transformers"} & set(modules.split())) == []
    assert list(tmp_path.iterdir()) == []
