"""What the claims of a provider say about somebody: the name and the role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onwatch_contracts.accounts import Role

Claims = Mapping[str, Any]
MAX_NAME_CHARS = 64  # as of every account


@dataclass(frozen=True)
class ClaimRules:
    """Which claims are read, and what they mean."""

    name_claim: str = "preferred_username"
    role_claim: str = "groups"
    groups: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    """For each role: the values of the claim that give it."""
    default_role: Role | None = None
    """Of whom no value gives a role; None: they are refused."""

    @property
    def has_groups(self) -> bool:
        """Whether the claims decide on roles; else only the first login does."""
        return any(self.groups.values())

    def is_answered_by(self, claims: Claims) -> bool:
        """Whether the claims are there that are read."""
        needed = [self.name_claim, *([self.role_claim] if self.has_groups else [])]
        return all(claim_of(claims, name) is not None for name in needed)

    def name_of(self, claims: Claims) -> str | None:
        """None: there is none that an account could have."""
        name = claim_of(claims, self.name_claim)
        name = name.strip() if isinstance(name, str) else ""
        return name if 0 < len(name) <= MAX_NAME_CHARS and name.isprintable() else None

    def role_of(self, claims: Claims) -> Role | None:
        """The greatest that a value of the claim gives, else the default."""
        values = _texts(claim_of(claims, self.role_claim))
        given = [role for role, groups in self.groups.items() if groups & values]
        return max(given, key=lambda role: role.rank, default=self.default_role)


def claim_of(claims: Claims, name: str) -> Any:
    """The claim of that name, or inside of others: `realm_access.roles`. A name may have dots itself (`https://...`)."""
    if name in claims:
        return claims[name]
    outer, dot, inner = name.partition(".")
    found = claims.get(outer) if dot else None
    return claim_of(found, inner) if isinstance(found, Mapping) else None


def _texts(value: Any) -> frozenset[str]:
    """Of a list of texts, or of one text."""
    values = value if isinstance(value, list) else [value]
    return frozenset(each for each in values if isinstance(each, str))
