"""Faults on demand: what goes wrong between the bot and Telegram, chosen by a test."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["429", "500", "502", "refused", "dropped_before", "dropped_after", "slow", "truncated"]
"""`refused`: no connection, so certainly no effect. `dropped_…`: the connection breaks before or after the effect."""


@dataclass(slots=True)
class Call:
    """Something the bot asked. `result` or `error` is there once it has been answered."""

    method: str
    params: dict[str, Any]
    files: dict[str, bytes]
    at: float
    result: Any = None
    error: str | None = None

    @property
    def chat_id(self) -> int | None:
        """The chat it is about."""
        found = self.params.get("chat_id")
        return found if isinstance(found, int) else None


@dataclass(slots=True)
class Fault:
    """Happens to the next `times` calls of `method` for which `when` holds."""

    method: str
    kind: Kind
    times: int = 1
    seconds: float = 1.0
    when: Callable[[Call], bool] = lambda call: True


@dataclass(slots=True)
class Faults:
    """The faults that are still to happen."""

    pending: list[Fault] = field(default_factory=list)

    def add(
        self,
        method: str,
        kind: Kind,
        *,
        times: int = 1,
        seconds: float = 1.0,
        when: Callable[[Call], bool] = lambda call: True,
    ) -> Fault:
        """Let a method fail; `seconds` is the delay of `slow` and the `retry_after` of `429`."""
        fault = Fault(method, kind, times, seconds, when)
        self.pending.append(fault)
        return fault

    def take(self, call: Call) -> Fault | None:
        """The fault that happens to this call."""
        for fault in self.pending:
            if fault.method == call.method and fault.when(call):
                fault.times -= 1
                if fault.times <= 0:
                    self.pending.remove(fault)
                return fault
        return None
