from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import grimp
import pytest
from importlinter import ContractCheck

from onwatch_testkit.door_contract import DoorContract

FILES = {
    "shop/__init__.py": "",
    "shop/entry.py": "",
    "shop/kitchen/__init__.py": "from shop.kitchen.cook import soup",
    "shop/kitchen/cook.py": "soup = 1",
    "shop/kitchen/cellar/__init__.py": "from shop.kitchen.cellar.wine import red",
    "shop/kitchen/cellar/wine.py": "red = 1",
    "guest/__init__.py": "",
}

Check = Callable[..., tuple[DoorContract, ContractCheck]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks the contract on two small packages, with some files replaced."""
    monkeypatch.syspath_prepend(tmp_path)

    def run(files: dict[str, str]) -> tuple[DoorContract, ContractCheck]:
        for name, text in (FILES | files).items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
        graph = grimp.build_graph("shop", "guest", cache_dir=None)
        contract = DoorContract("doors", {}, {"packages": ["shop"]})
        return contract, contract.check(graph, verbose=False)

    yield run
    for name in [name for name in sys.modules if name.partition(".")[0] in ("shop", "guest")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("guest/lunch.py", "from shop.kitchen import soup"),
        ("guest/lunch.py", "from shop.kitchen.cellar import red"),
        ("guest/lunch.py", "import shop.entry"),
        ("shop/entry.py", "from shop.kitchen import soup"),
        ("shop/kitchen/waiter.py", "from shop.kitchen.cook import soup"),
        ("shop/kitchen/cellar/rack.py", "from shop.kitchen.cook import soup"),
    ],
    ids=["door", "door of an inner package", "module of the root", "door from the root", "same package", "subpackage"],
)
def test_allowed(check: Check, file: str, text: str) -> None:
    _, checked = check({file: text})
    assert checked.kept


@pytest.mark.parametrize(
    ("file", "text", "imported"),
    [
        ("guest/lunch.py", "from shop.kitchen.cook import soup", "shop.kitchen.cook"),
        ("guest/lunch.py", "import shop.kitchen.cellar.wine", "shop.kitchen.cellar.wine"),
        ("shop/entry.py", "from shop.kitchen.cook import soup", "shop.kitchen.cook"),
        ("shop/kitchen/waiter.py", "from shop.kitchen.cellar.wine import red", "shop.kitchen.cellar.wine"),
    ],
    ids=["other package", "inner package", "root of the same package", "parent of the inner package"],
)
def test_forbidden(check: Check, file: str, text: str, imported: str, capsys: pytest.CaptureFixture[str]) -> None:
    contract, checked = check({file: text})
    importer = file.removesuffix(".py").replace("/", ".")
    assert not checked.kept
    assert checked.metadata["violations"] == [(importer, imported, 1)]
    contract.render_broken_contract(checked)
    door = imported.rpartition(".")[0]
    printed = " ".join(capsys.readouterr().out.split())  # the terminal's width breaks lines
    assert f"{importer} imports {imported} (l.1); import from {door}" in printed


def test_packages_that_are_not_listed_are_not_checked(check: Check) -> None:
    _, checked = check(
        {"guest/table/__init__.py": "", "guest/table/plate.py": "", "shop/x.py": "import guest.table.plate"}
    )
    assert checked.kept
