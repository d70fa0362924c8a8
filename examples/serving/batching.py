"""What several requests want, computed in one call, and a bounded number of requests."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

Arrays = dict[str, np.ndarray]


class Full(Exception):
    """All places are taken."""


class Places:
    """A number of places; whoever finds too few of them free is refused instead of waiting.

    Args:
        number: how many there are.
    """

    def __init__(self, number: int):
        self.number, self.taken = number, 0

    @contextlib.contextmanager
    def take(self, n: int = 1) -> Iterator[None]:
        """Hold n places for the time of a block, or raise `Full`."""
        if self.taken + n > self.number:
            raise Full
        self.taken += n
        try:
            yield
        finally:
            self.taken -= n


@dataclasses.dataclass(eq=False)
class Job:
    """The inputs of one request, and where it waits for its rows of the output."""

    arrays: Arrays
    answer: asyncio.Future

    @property
    def rows(self) -> int:
        """How many rows each input has."""
        return len(next(iter(self.arrays.values())))


class Batcher:
    """Calls a network once for all requests that arrive within a few milliseconds.

    Calls follow one another in a thread of their own, so that requests are accepted meanwhile;
    those that arrive during one call are the next batch. How many wait is limited by `Places`,
    where requests come in.

    Args:
        run: arrays with B rows each -> array with B rows.
        most: rows of one call, at least as many as any job has. 1: every job is called alone.
        wait: seconds that the first job of a batch waits for others.
        seen: is told the number of rows of every call.
    """

    def __init__(
        self,
        run: Callable[[Arrays], np.ndarray],
        most: int,
        wait: float,
        seen: Callable[[int], None],
    ):
        self.run, self.most, self.wait, self.seen = run, most, wait, seen
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, "network")

    async def __call__(self, arrays: Arrays) -> np.ndarray:
        """Return the output for these inputs, whatever they are computed with."""
        job = Job(arrays, asyncio.get_running_loop().create_future())
        self._jobs.put_nowait(job)
        return await job.answer

    async def work(self) -> None:
        """Compute one batch after the other until cancelled."""
        job = None
        while True:
            batch, job = await self._gather(job or await self._jobs.get())
            batch = [each for each in batch if not each.answer.done()]  # somebody gave up waiting
            if batch:
                await self._compute(batch)

    async def _gather(self, first: Job) -> tuple[list[Job], Job | None]:
        """Return the jobs of one call, and the job that did not fit and begins the next one."""
        batch, rows = [first], first.rows
        end = asyncio.get_running_loop().time() + self.wait
        while rows < self.most:
            try:
                async with asyncio.timeout_at(end):
                    job = await self._jobs.get()
            except TimeoutError:
                break
            if rows + job.rows > self.most:
                return batch, job
            batch.append(job)
            rows += job.rows
        return batch, None

    async def _compute(self, batch: list[Job]) -> None:
        """Call the network, and hand each job its rows, or the error."""
        arrays = {
            name: np.concatenate([job.arrays[name] for job in batch]) for name in batch[0].arrays
        }
        self.seen(sum(job.rows for job in batch))
        loop = asyncio.get_running_loop()
        try:
            rows = await loop.run_in_executor(self._thread, self.run, arrays)
            parts = np.split(rows, np.cumsum([job.rows for job in batch])[:-1])
        except Exception as error:
            parts = [error] * len(batch)
        for job, part in zip(batch, parts, strict=True):
            if job.answer.done():
                continue
            if isinstance(part, Exception):
                job.answer.set_exception(part)
            else:
                job.answer.set_result(part)
