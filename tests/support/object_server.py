"""A server of S3 on this machine, by moto, which counts what it is asked for."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from typing import Any

KEY, SECRET = "AKIATESTSOMEBODY", "not/for+anyone"
"""Credentials that no file and no message may have in it."""


@dataclass
class ObjectServer:
    """An S3 server; ``requests`` has how often each object was read, written and asked for."""

    endpoint: str = ""
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=count)

    def environment(self) -> dict[str, str]:
        """What has to be set to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def new_bucket(self) -> str:
        """Make a bucket, and return its name."""
        import boto3

        name = f"bucket-{next(self.numbers):04}"
        client = boto3.client(
            *("s3", "us-east-1"),
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )
        client.create_bucket(Bucket=name)
        client.close()
        return name

    def times(self, method: str, ending: str) -> int:
        """How often objects whose names end so were asked for by a method."""
        asked = self.requests.items()
        return sum(n for (own, path), n in asked if own == method and path.endswith(ending))


@contextmanager
def serving() -> Iterator[ObjectServer]:
    """Serve on a free port of this machine."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    own, app = ObjectServer(), DomainDispatcherApplication(create_backend_app)

    def count_and_answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        own.requests[environ["REQUEST_METHOD"], environ["PATH_INFO"]] += 1
        return app(environ, start)

    server = make_server("127.0.0.1", 0, count_and_answer, threaded=True)
    own.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield own
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def forget_systems() -> None:
    """Forget what file systems were opened, with the environment of their time."""
    from fsspec import get_filesystem_class

    from ranking.storage import objects

    get_filesystem_class("s3").clear_instance_cache()
    objects._open_system.cache_clear()
