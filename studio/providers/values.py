"""The values that pass between the worker, the adapters and the egress: one request in, one outcome out. All pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from studio.prompts.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# As many calls as the upload of one reference takes at most.
UPLOAD_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFile:
    """A cleaned picture on disk, in the place of its number."""

    path: Path
    media_type: str
    bytes: int
    width: int
    height: int
    role: str = ""
    # Where the provider can fetch it, once it was uploaded there or was given a signed link; else empty.
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One take: everything an adapter needs to ask for one picture."""

    model: str
    prompt: str
    size: str  # in the provider's own vocabulary, as shown before it is sent; empty: leave it to the model
    width: int | None = None
    height: int | None = None
    quality: str = ""
    format: str = ""
    compression: int | None = None
    references: tuple[ReferenceFile, ...] = ()
    partials: int = 0
    recipe: Recipe = field(default_factory=Recipe)
    take: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an adapter may know of a connection. ``repr`` never shows the key."""

    base_url: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    name: str
    filename: str
    media_type: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DataURL:
    """Stands in a call's JSON in the place of a whole file, which is sent as ``data:<media type>;base64,…``; where it
    is ``bare``, as the base64 alone."""

    path: Path
    media_type: str
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBody:
    """A file that is a call's whole body, as storages take it."""

    path: Path
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An HTTP request to be sent once. ``json`` or ``form`` or ``file``; the form keeps its order.

    ``memo`` is never sent: what the adapter needs to know again when it reads the answer.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Mapping[str, Any] | None = None
    form: tuple[FormField | FormFile, ...] | None = None
    file: FileBody | None = None
    memo: str = field(default="", repr=False)
    deadline: float = 600.0  # seconds for the whole call, from connect to last byte
    max_bytes: int = 96 * 1024 * 1024  # of the reply, on the wire
    # Where the answer may come as a stream of events: the kinds of event that are the answer itself.
    ends: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture that is drawn on this machine instead of being asked for: the layout proof."""

    request: ImageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Spilled:
    """Stands in a reply's JSON in the place of a long base64 string, whose decoded bytes are in ``path``."""

    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer, read to its end. ``body`` is its JSON, or None where it was none; ``text`` is its beginning."""

    status: int
    headers: Mapping[str, str]
    body: Any = None
    text: str = ""


class Billed(StrEnum):
    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that came back: in a file already (``spilled``), as short base64 in ``data``, or behind a ``url``."""

    spilled: Spilled | None = None
    data: bytes | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    pictures: tuple[Picture, ...]
    cost: int | None = None  # micro-dollars, from the provider's own figures
    revised_prompt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteJob:
    """The provider works on it; ask again. ``percent`` only where the provider itself says so."""

    id: str
    poll_after: float = 2.0  # seconds
    percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The provider said no, or said something unusable.

    ``code`` is one of ours (see studio.providers.failures), ``words`` the provider's own message, cleaned and capped.
    ``not_accepted`` is proof that no work was taken on, so the same call may be tried again after ``retry_after``.
    ``unclear`` is the opposite of any proof: an answer to the paid call that leaves open whether work was taken on.
    """

    code: str
    words: str = ""
    billed: Billed = Billed.NO
    not_accepted: bool = False
    unclear: bool = False
    retry_after: float | None = None
    pauses: bool = False  # the whole connection: a bad key, no credit


Outcome = Pictures | RemoteJob | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """What a connection's free test found out."""

    __test__: ClassVar[bool] = False  # no test case, whatever its name says to a test runner

    passed: bool
    message: str  # a message id of ours, or the provider's own words
    models: tuple[str, ...] = ()
    code: str = ""  # where it failed: one of studio.providers.failures
    balance: int | None = None  # micro-dollars left in the account, where the provider tells
    prices: Mapping[str, int] = field(default_factory=dict)  # model id to micro-dollars a picture, where it tells
