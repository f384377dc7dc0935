"""What is wrong with an address that cannot be read or written, in words.

Conventions
-----------
Each package that reads a protocol has errors of its own: they are known by the names of their
classes, and nothing of their texts is passed on, which may hold parts of credentials.
"""

import sys

from ranking.errors import Given, StoreError
from ranking.files.text import did_you_mean
from ranking.storage.addresses import StoreAddress

ERRORS = {
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "aiohttp": ("ClientError",),
    "google.auth.exceptions": ("GoogleAuthError",),
    "gcsfs.retry": ("HttpError",),
    "azure.core.exceptions": ("AzureError",),
}
"""Errors by module that are none of Python's own."""
NO_CREDENTIALS = {
    *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"),
    *("ProfileNotFound", "TokenRetrievalError", "NoAuthTokenError", "UnauthorizedSSOTokenError"),
    *("SSOTokenLoadError", "DefaultCredentialsError", "RefreshError", "ClientAuthenticationError"),
}
"""Names of errors of who has not said who he is."""
UNREACHABLE = {
    *("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ProxyConnectionError"),
    *("ConnectionClosedError", "ConnectionError", "HTTPClientError", "SSLError", "TransportError"),
    *("ClientConnectorError", "ClientConnectionError", "ServerDisconnectedError"),
    *("ServiceRequestError", "FSTimeoutError", "ClientPayloadError", "ResponseParserError"),
}
"""Names of errors of the network."""
CREDENTIALS = {
    "s3": "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, of somebody who may "
    "list, read and write there",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS to the key file of somebody who may list, read and "
    "write there",
}
"""What to set, by protocol."""
SAME_PROTOCOL = {"s3a": "s3", "gcs": "gs"}


def remote_errors() -> tuple[type[Exception], ...]:
    """Return the errors that file systems raise, of those packages that are loaded."""
    own = [
        getattr(sys.modules[module], name)
        for module, names in ERRORS.items()
        if module in sys.modules
        for name in names
    ]
    return (OSError, NotImplementedError, *own)


def storage_error(address: StoreAddress, error: Exception) -> StoreError:
    """Return the error of an address, from what its file system raised.

    Parameters
    ----------
    address : the address
    error : one of :func:`remote_errors`
    """
    where = Given(store=address.url)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, PermissionError) or kinds & NO_CREDENTIALS:
        what = "no credentials are found" if kinds & NO_CREDENTIALS else "access is denied"
        protocol = SAME_PROTOCOL.get(address.protocol, address.protocol)
        other = "give credentials as the package that reads it wants them"
        return StoreError(where, what, CREDENTIALS.get(protocol, other))
    if isinstance(error, ConnectionError | TimeoutError) or kinds & UNREACHABLE:
        return StoreError(
            where,
            "it does not answer",
            "see whether it can be reached from here (AWS_ENDPOINT_URL, where it is not Amazon's), "
            "and run it again: what is stored is not computed again",
            key="store-again",
        )
    if isinstance(error, NotImplementedError):
        what, remedy = "files cannot be listed, read and written there", "use s3:// or a folder"
        return StoreError(where, what, remedy)
    return StoreError(
        where,
        f"it cannot be read or written ({type(error).__name__})",
        "run it again: what is stored is not computed again",
    )


def no_bucket(url: str, bucket: str) -> StoreError:
    """Return the error of a bucket that does not exist.

    Parameters
    ----------
    url : the address
    bucket : name of the bucket in it
    """
    return StoreError(
        Given(store=url), f"there is no bucket {bucket}", "make it, or correct its name"
    )


def no_file_system(url: str, protocol: str, error: Exception) -> StoreError:
    """Return the error of a protocol that is unknown, or whose package is not installed.

    Parameters
    ----------
    url, protocol : the address, and what begins it
    error : what fsspec raised
    """
    from fsspec.registry import known_implementations

    if protocol not in known_implementations:
        near = did_you_mean(protocol, sorted(known_implementations))
        return StoreError(
            Given(store=url),
            f"no package reads addresses of {protocol}{near}",
            "write s3://bucket/prefix, or name a folder",
        )
    package = known_implementations[protocol]["class"].partition(".")[0]
    if package == "fsspec":
        package = getattr(error, "name", None) or "what it needs"
    return StoreError(
        Given(store=url),
        f"the package that reads addresses of {protocol} is not installed ({package})",
        f"install {package}",
        key="storage-extra" if package == "s3fs" else "",
    )
