"""Calls on a cluster: never more than its workers have threads, and every loss by name."""

import os
import signal
import threading
import time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor

import pytest
from distributed.scheduler import KilledWorker

from ranking.errors import ClusterError, Given
from ranking.workers import cluster as module
from ranking.workers import local_cluster
from ranking.workers.children import SAFE_PATH
from ranking.workers.cluster import Cluster, ClusterExecutor, WorkersDiedError, open_cluster
from ranking.workers.executors import map_as_completed
from ranking.workers.memory import keeps_freed_memory

ADDRESS = "tcp://10.0.0.1:8786"


class Pool(ThreadPoolExecutor):
    """Threads in the place of workers; they note how many calls they were given at a time."""

    def __init__(self):
        super().__init__(8)
        self.now, self.most, self.lock = 0, 0, threading.Lock()

    def submit(self, fn, /, *args, **kwargs):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        return super().submit(self.run, fn, *args, **kwargs)

    def run(self, fn, /, *args, **kwargs):
        try:
            return fn(*args, **kwargs)
        finally:
            with self.lock:
                self.now -= 1


class Client:
    """What a client of Dask is to the executor."""

    def __init__(self, threads=2, theirs=None):
        self.status, self.threads, self.pool, self.theirs = "running", threads, Pool(), theirs

    def get_executor(self, **_):
        return self.pool

    def nthreads(self):
        return {"tcp://10.0.0.2:1": self.threads} if self.threads else {}

    def run(self, function, *arguments, **_):
        return self.theirs


@pytest.fixture
def make():
    made = []

    def executor(client):
        made.append(ClusterExecutor(client, Cluster(ADDRESS)))
        return made[-1]

    yield executor
    for one in made:
        one.stop()


def slowly(number):
    time.sleep(0.005)
    return number


def test_every_call_runs_and_no_more_at_a_time_than_there_are_threads(make):
    client = Client(threads=2)
    executor = make(client)
    done = list(map_as_completed(executor, slowly, [(n,) for n in range(20)]))
    assert sorted(done) == list(range(20))
    assert client.pool.most == 2


def test_after_a_death_fewer_calls_are_handed_out(make):
    client = Client(threads=3)
    executor = make(client)
    client.threads = 1
    list(map_as_completed(executor, slowly, [(n,) for n in range(4)]))
    assert client.pool.most == 1


def deadly(number):
    if number == 1:
        raise KilledWorker("call", "worker", 1)
    return number


def test_a_call_that_kills_workers_is_told_by_its_arguments_and_the_others_go_on(make):
    calls = [(n,) for n in range(4)]
    done = list(map_as_completed(make(Client()), deadly, calls, lambda died, n: (died, n)))
    assert set(done) == {0, 2, 3, (2, 1)}
    with pytest.raises(WorkersDiedError):
        list(map_as_completed(make(Client()), deadly, calls))


def facts(value=1):
    return {"torch": value, "threads": 2}


@pytest.mark.parametrize(
    ("theirs", "what"),
    [
        ({"torch": 2, "threads": 2}, "torch is 2, not 1 as here; results would differ"),
        ({"threads": 4, "torch": 1}, "threads is 4, not 2 as here"),
        ({"threads": 2}, "torch is None, not 1 as here"),
        (ModuleNotFoundError("No module named 'ranking'"), "(No module named 'ranking')"),
    ],
)
def test_a_worker_that_differs_is_refused_with_its_address(make, theirs, what):
    workers = {"tcp://10.0.0.2:1": facts(), "tcp://10.0.0.3:1": theirs}
    with pytest.raises(ClusterError) as refused:
        make(Client(theirs=workers)).require_equal(facts)
    assert str(refused.value).startswith("worker tcp://10.0.0.3:1: ")
    assert what in str(refused.value)


def changing():
    return {"torch": len(asked)}


asked: list[int] = []


def test_a_worker_that_comes_later_is_refused_too(make):
    asked.clear()
    executor = make(Client(theirs={"tcp://10.0.0.2:1": {"torch": 0}}))
    executor.require_equal(changing)
    assert executor.submit(len, "four").result() == 4
    asked.append(1)
    with pytest.raises(ClusterError, match=r"worker on .*, process \d+: torch is 1, not 0 as here"):
        executor.submit(len, "four").result()


def test_a_lost_scheduler_is_an_error_of_every_call(make):
    client = Client()
    executor = make(client)
    cancelled: Future[int] = Future()
    cancelled.cancel()
    with pytest.raises(ClusterError, match="connection to the scheduler was lost"):
        executor._result(cancelled)
    client.status = "connecting"
    with pytest.raises(ClusterError, match=f"scheduler {ADDRESS}: the connection"):
        executor.submit(len, "four").result()


def test_an_error_of_a_call_is_that_of_its_future(make):
    with pytest.raises(ZeroDivisionError):
        make(Client()).submit(divmod, 1, 0).result()
    with pytest.raises(TimeoutError, match="own"):
        make(Client()).submit(raise_timeout).result()


def raise_timeout():
    raise TimeoutError("own")


def test_workers_that_have_all_gone_are_not_waited_for_without_end(make, monkeypatch):
    monkeypatch.setattr(module, "WORKERLESS_SECONDS", 0.02)
    client = Client(threads=2)
    executor = make(client)
    begun, go_on = threading.Event(), threading.Event()
    first = executor.submit(lambda: begun.set() or go_on.wait(5))
    begun.wait(5)
    client.threads = 0
    with pytest.raises(ClusterError, match=f"scheduler {ADDRESS}: the scheduler has no workers"):
        executor.submit(len, "four").result()
    go_on.set()
    assert first.result()


def test_what_was_stopped_runs_no_more(make):
    executor = make(Client())
    executor.stop()
    with pytest.raises((RuntimeError, CancelledError)):
        executor.submit(len, "four").result()


@pytest.mark.parametrize("address", ["", "http://10.0.0.1:1", "host"])
def test_what_is_no_address_is_refused(address):
    with (
        pytest.raises(ClusterError, match="no scheduler answers there; start one"),
        open_cluster(Cluster(address)),
    ):
        pass


def test_the_setting_is_named_as_it_was_given():
    assert str(Cluster(workers=3).given) == str(Given(cluster_workers=3))
    assert str(Cluster(ADDRESS).given) == f"scheduler {ADDRESS}"


def test_the_environment_of_workers_ends_with_them(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    before = dict(os.environ)
    with local_cluster._environment_of_workers(3, ["4", "6"]):
        assert (os.environ["OMP_NUM_THREADS"], os.environ[SAFE_PATH]) == ("3", "1")
        os.environ["MALLOC_TRIM_THRESHOLD_"] = "1"  # as Dask does
    assert dict(os.environ) == before


class GpuClient(Client):
    """A client of two workers without a GPU, and some with so many."""

    def __init__(self, *gpus):
        super().__init__(threads=2)
        self.gpus, self.asked = gpus, []

    def scheduler_info(self, **_):
        of_each = [{}, {}, *({"GPU": float(number)} for number in self.gpus)]
        return {
            "workers": {
                f"tcp://10.0.0.{at}:1": {"resources": own} for at, own in enumerate(of_each)
            }
        }

    def run(self, function, *arguments, workers, **_):
        self.asked = workers
        return dict.fromkeys(workers, function(*arguments))


@pytest.mark.parametrize("gpus", [(1,), (1, 2)])
def test_only_workers_with_a_gpu_are_asked_and_have_a_call_for_each(gpus):
    client = GpuClient(*gpus)
    executor = ClusterExecutor(client, Cluster(ADDRESS), on_gpu=True)
    executor.require_equal(facts)
    assert client.asked == ["tcp://10.0.0.2:1", "tcp://10.0.0.3:1"][: len(gpus)]
    list(map_as_completed(executor, slowly, [(n,) for n in range(20)]))
    assert client.pool.most == sum(gpus)
    executor.stop()


@pytest.mark.slow
def test_each_process_of_this_machine_sees_a_gpu_of_its_own(monkeypatch):
    """A new process in the place of one that died, too."""
    monkeypatch.setattr(module, "visible_gpus", lambda: ["GPU-a", "GPU-b", "GPU-c"])
    with open_cluster(Cluster(workers=2), device="cuda") as executor:

        def of_each(function, *arguments):
            return executor._client.run(function, *arguments, on_error="ignore").values()

        assert sorted(executor.workers().values()) == [1, 1]
        assert sorted(of_each(os.getenv, "CUDA_VISIBLE_DEVICES")) == ["GPU-a", "GPU-b"]
        killed, other = of_each(os.getpid)
        os.kill(killed, signal.SIGKILL)
        for _ in range(300):
            pids = set(of_each(os.getpid))
            if len(pids) == 2 and killed not in pids:
                break
            time.sleep(0.1)
        assert other in pids
        assert sorted(of_each(os.getenv, "CUDA_VISIBLE_DEVICES")) == ["GPU-a", "GPU-b"]
        assert executor.submit(len, "four").result() == 4


@pytest.mark.slow
def test_a_cluster_without_a_gpu_and_a_machine_with_too_few_are_refused(monkeypatch):
    from distributed import LocalCluster

    here = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(n_workers=1, threads_per_worker=1, memory_limit=0, **here) as cpus:
        cluster = Cluster(cpus.scheduler_address)
        with (
            pytest.raises(ClusterError, match="the scheduler has no workers with a GPU; start"),
            open_cluster(cluster, device="cuda"),
        ):
            pass
        with open_cluster(cluster) as executor:
            assert executor.submit(len, "four").result() == 4
    monkeypatch.setattr(module, "visible_gpus", lambda: ["0"])
    for workers, device, what in (
        (2, "cuda", r"more than the GPUs of this machine \(1\), of which each process needs one"),
        (1, "cuda:1", "device cuda:1: to a worker of a cluster its only GPU has no number"),
    ):
        with (
            pytest.raises(ClusterError, match=what),
            open_cluster(Cluster(workers=workers), device=device),
        ):
            pass


@pytest.mark.parametrize(
    ("count", "named", "expected"),
    [(2, None, ["0", "1"]), (2, "3,1", ["3", "1"]), (1, "MIG-x", ["MIG-x"]), (0, "", [])],
)
def test_gpus_are_those_that_this_process_sees(monkeypatch, count, named, expected):
    monkeypatch.setattr("torch.cuda.device_count", lambda: count)
    if named is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert local_cluster.visible_gpus() == expected


@pytest.mark.slow
@pytest.mark.skipif("CS_GNU_LIBC_VERSION" not in os.confstr_names, reason="needs glibc")
@pytest.mark.parametrize("kept", [True, False])
def test_workers_keep_what_they_free_as_the_process_that_asks(monkeypatch, kept):
    monkeypatch.setattr(module, "keeps_freed_memory", lambda: kept)
    with open_cluster(Cluster()) as executor:
        executor.require_equal(dict, {"torch": 1})  # a function that workers know
        assert executor.submit(keeps_freed_memory).result() == kept
