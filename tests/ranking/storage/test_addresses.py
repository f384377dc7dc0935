"""Addresses hold no credentials, and what is wrong with one is said with what to do."""

import pickle
from pathlib import Path

import pytest
from object_server import KEY, SECRET, forget_systems

from ranking.errors import StoreError
from ranking.storage.addresses import StoreAddress, parse_place
from ranking.storage.failures import storage_error
from ranking.storage.objects import open_storage


def test_a_text_with_a_protocol_is_an_address_and_another_a_folder():
    assert parse_place("s3://bucket/archive/") == StoreAddress("s3://bucket/archive")
    assert parse_place("stores/s3") == Path("stores/s3")
    assert str(parse_place("GS://bucket")) == "GS://bucket"
    assert parse_place("GS://bucket").protocol == "gs"


@pytest.mark.parametrize(
    "written",
    [
        f"s3://{KEY}:{SECRET}@bucket/archive",
        f"s3://{KEY}:{SECRET}",
        f"s3://{KEY}@bucket",
        f"s3://bucket/archive?X-Amz-Credential={KEY}&X-Amz-Signature={SECRET}",
        f"https://bucket/archive#{KEY}{SECRET}",
    ],
)
def test_credentials_are_refused_and_not_repeated(written):
    with pytest.raises(StoreError, match="credentials by a profile or the environment") as error:
        parse_place(written)
    shown = f"{error.value} {error.value!r} {vars(error.value)}"
    assert KEY not in shown
    assert SECRET not in shown
    assert "not/for" not in shown


@pytest.mark.parametrize("written", ["s3://", "s3:///", "://bucket", "my store://bucket"])
def test_half_an_address_is_refused(written):
    with pytest.raises(StoreError, match="no address of a store; write it as s3://bucket/prefix"):
        parse_place(written)


def test_an_unknown_protocol_is_named_with_a_known_one():
    with pytest.raises(
        StoreError, match=r"addresses of s3x \(did you mean 's3a?'\?\); write s3://"
    ):
        open_storage(StoreAddress("s3x://bucket/archive", Path("copies")))


def test_a_package_that_is_missing_is_named(monkeypatch):
    from fsspec.registry import _registry, known_implementations

    missing = {"class": "gcsfs_that_is_missing.GCSFileSystem", "err": "Install it"}
    monkeypatch.setitem(known_implementations, "gs", missing)
    monkeypatch.delitem(_registry, "gs", raising=False)
    with pytest.raises(StoreError, match=r"not installed.*; install gcsfs_that_is_missing"):
        open_storage(StoreAddress("gs://bucket/archive", Path("copies")))


def error_named(name, base=Exception):
    return type(name, (base,), {})(f"{KEY} {SECRET}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(f"{KEY} is denied"), "access is denied; set AWS_PROFILE"),
        (error_named("NoCredentialsError"), "no credentials are found; set AWS_PROFILE"),
        (error_named("EndpointConnectionError"), "it does not answer; see whether it can"),
        (TimeoutError(SECRET), "it does not answer; see whether it can"),
        (NotImplementedError(SECRET), "files cannot be listed, read and written there"),
        (OSError(5, f"{SECRET}"), r"it cannot be read or written \(OSError\); run it again"),
    ],
)
def test_what_is_wrong_is_said_without_what_the_package_says(error, words):
    found = storage_error(StoreAddress("s3a://bucket/archive"), error)
    with pytest.raises(StoreError, match=f"^store s3a://bucket/archive: {words}"):
        raise pickle.loads(pickle.dumps(found))
    assert KEY not in f"{found}"
    assert SECRET not in f"{found}"


@pytest.mark.slow
def test_a_bucket_that_is_not_there_and_credentials_that_are_not(s3, tmp_path, monkeypatch):
    address = StoreAddress("s3://nobodys-bucket/archive", tmp_path)
    with pytest.raises(StoreError, match="there is no bucket nobodys-bucket; make it, or"):
        open_storage(address)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    forget_systems()
    with pytest.raises(StoreError, match="no credentials are found; set AWS_PROFILE"):
        open_storage(address)


@pytest.mark.slow
def test_a_server_that_is_gone_does_not_answer(s3, tmp_path, monkeypatch):
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, lambda *_: [])
    server.server_close()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    forget_systems()
    with pytest.raises(StoreError, match="it does not answer") as error:
        open_storage(StoreAddress("s3://bucket/archive", tmp_path))
    assert error.value.key == "store-again"
