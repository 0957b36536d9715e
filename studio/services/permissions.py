"""Who may do what: the one table that code, pages and tests read."""

from __future__ import annotations

from enum import StrEnum

from studio.models.teams import Role


class Action(StrEnum):
    VIEW = "view"  # pages, pictures, prompts
    WRITE = "write"  # prompts, drafts, references
    GENERATE = "generate"  # spend money; cancel and retry
    STOP = "stop"  # all calls of the team, at once
    MANAGE_CONNECTIONS = "manage connections"
    MANAGE_MONEY = "manage money"  # budgets; let calls go on again


TABLE: dict[Action, frozenset[Role]] = {
    Action.VIEW: frozenset(Role),
    Action.WRITE: frozenset({Role.OWNER, Role.EDITOR}),
    Action.GENERATE: frozenset({Role.OWNER, Role.EDITOR}),
    Action.STOP: frozenset({Role.OWNER, Role.EDITOR}),
    Action.MANAGE_CONNECTIONS: frozenset({Role.OWNER}),
    Action.MANAGE_MONEY: frozenset({Role.OWNER}),
}


def allows(role: str, action: Action) -> bool:
    return role in TABLE[action]
