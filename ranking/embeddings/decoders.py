"""Processes that decode recordings for one that encodes them, where a device encodes faster.

Conventions
-----------
One process decodes a few hundred times faster than the sound lasts, and a GPU encodes faster still.
So several decode, and one process, a thread for each of them, gives all segments to the device. A
decoding process writes batches into memory that both share, and goes on as long as a slot of it is
free; a batch is valid until the next one is asked for. No torch here: these processes start soon.
"""

import ctypes
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.audio.segments import Segment, stream_segments
from ranking.errors import JudgeError
from ranking.workers.children import SafeContext

SLOTS = 3  # one that is encoded, one that is ready, one that is written

T = TypeVar("T")
Request = tuple[Path, Sequence[int], float, bool]
"""Path, sample rates in Hz, minimum length in seconds, whether the left channel is taken."""
Batches = Generator[list[Segment], None, None]
"""Segments of a recording, some at a time."""
BatchSource = Callable[[Path, Sequence[int], float, bool], Batches]
"""Yields in batches what :func:`ranking.audio.segments.stream_segments` yields of the same."""


class DecodingProcess:
    """A process that decodes one recording after another; it starts with the first.

    Parameters
    ----------
    sample_rates : all that will be asked for, in Hz
    batch_size : segments of a batch
    """

    def __init__(self, sample_rates: Sequence[int], batch_size: int) -> None:
        self._context = SafeContext()
        self._length = batch_size * SEGMENT_SECONDS * sum(set(sample_rates))
        self._batch_size = batch_size
        self._memory: Any = None
        self._process: Any = None
        self._connection: Connection | None = None

    def batches(
        self, path: Path, sample_rates: Sequence[int], min_seconds: float, left_channel: bool
    ) -> Batches:
        """Yield the segments of a recording in batches, each valid until the next.

        Parameters
        ----------
        path : the sound file
        sample_rates : in Hz
        min_seconds : minimum length of the recording in seconds
        left_channel : whether to take the left channel instead of the mean of all channels

        Raises
        ------
        AudioError
            As :func:`ranking.audio.segments.stream_segments`.
        concurrent.futures.BrokenExecutor
            If the process died.
        """
        rates = tuple(dict.fromkeys(sample_rates))
        finished = False
        try:
            connection = self._started()
            connection.send((path, rates, min_seconds, left_channel))
            while (answer := connection.recv()) is not None:
                if isinstance(answer, BaseException):
                    finished = True
                    raise answer
                slot, facts = answer
                samples = _views(self._memory, slot, self._length, self._batch_size, rates)
                yield [
                    replace(one, samples={rate: samples[rate][place] for rate in rates})
                    for place, one in enumerate(facts)
                ]
                connection.send(slot)
            finished = True
        except (EOFError, ConnectionError):
            raise BrokenExecutor("a decoding process died") from None
        finally:
            if not finished:
                self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.terminate()
            self._process.join()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _started(self) -> Connection:
        if self._connection is None:
            self._connection, theirs = self._context.Pipe()
            if self._memory is None:
                self._memory = self._context.RawArray(ctypes.c_float, SLOTS * self._length)
            self._process = self._context.Process(
                target=_serve, args=(theirs, self._memory, self._length, self._batch_size)
            )
            self._process.daemon = True
            self._process.start()
            theirs.close()
        return self._connection


class DecodingThreads(ThreadPoolExecutor):
    """Threads of this process, each with a process that decodes for it.

    A function that is submitted gets the process's batches as its last argument.

    Parameters
    ----------
    workers : number of threads, and of processes
    sample_rates, batch_size : as :class:`DecodingProcess` takes them
    """

    def __init__(self, workers: int, sample_rates: Sequence[int], batch_size: int) -> None:
        super().__init__(workers)
        self._processes = [DecodingProcess(sample_rates, batch_size) for _ in range(workers)]
        self._free: SimpleQueue[DecodingProcess] = SimpleQueue()
        for process in self._processes:
            self._free.put(process)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run a function in a thread, and return its future."""
        return super().submit(self._with_process, fn, *args, **kwargs)

    def _with_process(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        process = self._free.get()
        try:
            return fn(*args, process.batches, **kwargs)
        finally:
            self._free.put(process)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads, and then the processes."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        for process in self._processes:
            process.close()


def in_batches(segments: Iterator[Segment], size: int) -> Iterator[list[Segment]]:
    """Yield segments in lists of ``size``, the last of which may be shorter."""
    batch: list[Segment] = []
    for segment in segments:
        batch.append(segment)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _views(
    memory: Any, slot: int, length: int, batch_size: int, rates: Sequence[int]
) -> dict[int, np.ndarray]:
    """The samples of a slot by sample rate, shapes (batch_size, 10 · rate)."""
    values = np.frombuffer(memory, dtype=np.float32)[slot * length : (slot + 1) * length]
    ends = np.cumsum([batch_size * SEGMENT_SECONDS * rate for rate in rates])
    parts = np.split(values, ends)[: len(rates)]
    return {rate: part.reshape(batch_size, -1) for rate, part in zip(rates, parts, strict=True)}


def _serve(connection: Connection, memory: Any, length: int, batch_size: int) -> None:
    """Decode what is asked for, until the other end is closed."""
    with suppress(EOFError, ConnectionError):
        while True:
            request: Request = connection.recv()
            try:
                _decode(request, connection, memory, length, batch_size)
            except JudgeError as error:
                connection.send(error)


def _decode(
    request: Request, connection: Connection, memory: Any, length: int, batch_size: int
) -> None:
    path, rates, min_seconds, left_channel = request
    free, lent = list(range(SLOTS)), 0
    segments = stream_segments(path, rates, min_seconds, left_channel)
    for batch in in_batches(segments, batch_size):
        while not free or (lent and connection.poll()):
            free.append(connection.recv())
            lent -= 1
        slot = free.pop()
        for rate, samples in _views(memory, slot, length, batch_size, rates).items():
            for place, segment in enumerate(batch):
                samples[place] = segment.samples[rate]
        connection.send((slot, [replace(segment, samples={}) for segment in batch]))
        lent += 1
    connection.send(None)
    for _ in range(lent):
        connection.recv()
