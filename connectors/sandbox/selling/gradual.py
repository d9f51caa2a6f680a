"""Gradual sales: one order after the other in the background, as in a demo.

A file of its own because the world holds the sales and `sell` holds the world.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

SellOne = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class GradualSales:
    """The sales under way and how many orders each has still to sell."""

    left: dict[asyncio.Task[None], int] = field(default_factory=dict)

    def begin(self, sell_one: SellOne, count: int, every_s: float) -> None:
        """Sell `count` orders, the first at once, one every `every_s` seconds."""
        task = asyncio.create_task(self._go_on(sell_one, every_s))
        self.left[task] = count
        task.add_done_callback(lambda done: self.left.pop(done, None))

    async def _go_on(self, sell_one: SellOne, every_s: float) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - `begin` made one
        while self.left[task]:
            await sell_one()
            self.left[task] -= 1
            await asyncio.sleep(every_s)

    def orders_left(self) -> int:
        """Count the orders still to be sold."""
        return sum(self.left.values())

    def stop(self) -> None:
        """Stop every sale; what was sold stays sold."""
        for task in self.left:
            task.cancel()
        self.left = {}
