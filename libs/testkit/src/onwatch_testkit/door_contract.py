"""An import-linter contract: code outside a package imports from the package, never from a module inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorContract(Contract):
    """Only a package's own subtree imports its modules; everybody else imports the package, which is its door.

    Modules directly below a root package are open to all. `packages` are the root packages whose modules are checked.
    A package without modules counts as a module.
    """

    type_name = "door"

    packages: Any = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        violations = sorted(self._violations(graph))
        return ContractCheck(kept=not violations, metadata={"violations": violations})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported, line_number in check.metadata["violations"]:
            door = imported.rpartition(".")[0]
            output.print_error(f"{importer} imports {imported} (l.{line_number}); import from {door}", bold=False)
        output.new_line()

    def _violations(self, graph: ImportGraph) -> Iterator[tuple[str, str, int]]:
        for imported in self._modules_behind_doors(graph):
            door = imported.rpartition(".")[0]
            for importer in graph.find_modules_that_directly_import(imported):
                if not _is_within(importer, door):
                    yield importer, imported, _line_number(graph, importer, imported)

    def _modules_behind_doors(self, graph: ImportGraph) -> Iterator[str]:
        checked = set(self.packages)
        for module in graph.modules:
            is_in_room = module.count(".") > 1
            if is_in_room and module.partition(".")[0] in checked and not graph.find_children(module):
                yield module


def _is_within(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def _line_number(graph: ImportGraph, importer: str, imported: str) -> int:
    details = graph.get_import_details(importer=importer, imported=imported)
    return min((detail["line_number"] for detail in details), default=0)
