"""Everything ChargeSphere refuses or fails at, as one tree.

::

    ChargeSphereError            a sentence for a person; never a secret
    ├── RefusedError             the request cannot be done as asked: do not retry
    │   ├── InvalidError         a value is not acceptable; names the field
    │   ├── NotFoundError        there is no such thing
    │   │   └── MovedError       it lives under another id now
    │   ├── ConflictError        it contradicts what is already there
    │   └── RateLimitedError     too many requests; says when to come back
    ├── ProviderError            the outside world failed us
    │   ├── ProviderUnavailableError   may work later: retry with backoff
    │   └── ProviderAnswerError        it answered something unusable: do not retry
    ├── ImportFailedError        nothing usable could be imported
    ├── StorageError             the database or disk refused; nothing half done
    └── SettingsError            the configuration is wrong; the start stops here
"""


class ChargeSphereError(Exception):
    """The root: ``str(error)`` is one clear sentence."""


class RefusedError(ChargeSphereError):
    """The request cannot be done as asked."""


class InvalidError(RefusedError):
    """A value is not acceptable.

    Attributes:
        field: the name of the parameter or field at fault.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class NotFoundError(RefusedError):
    """There is no such thing."""


class MovedError(NotFoundError):
    """The thing lives under another id now.

    Attributes:
        new_id: where it is.
    """

    def __init__(self, new_id: str) -> None:
        super().__init__(f"This is now {new_id}.")
        self.new_id = new_id


class ConflictError(RefusedError):
    """The request contradicts what is already there."""


class RateLimitedError(RefusedError):
    """Too many requests.

    Attributes:
        retry_after_s: seconds until the next try can succeed.
    """

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too many requests; try again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


class ProviderError(ChargeSphereError):
    """A service outside ChargeSphere failed."""


class ProviderUnavailableError(ProviderError):
    """The provider did not answer, or said to come back later."""


class ProviderAnswerError(ProviderError):
    """The provider answered something that cannot be used."""


class ImportFailedError(ChargeSphereError):
    """Nothing usable could be imported; what was there before still is."""


class StorageError(ChargeSphereError):
    """The database or the disk refused; what was committed before still is."""


class SettingsError(ChargeSphereError):
    """The configuration is wrong."""
