"""Whatever is sent to the review app, it answers, and never with a fault of its own."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inksift.curation.people.ledger.decisions import ACTIONS
from inksift.curation.review.strict_json import strict_json
from tests.web.asking import ACCESS, CHANGE, Browser, app_of, ask
from tests.web.finished import finish
from tests.web.hostile import HOSTILE

QUIETLY = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
OWN = {"content-type": "application/json", "origin": ACCESS.origin, "x-inksift-token": ACCESS.csrf}
SESSION = {"host": f"{ACCESS.host}:{ACCESS.port}", "cookie": f"{ACCESS.cookie}={ACCESS.session}"}
NAMES = (
    "outcome", "reason", "class", "label", "low", "high", "from", "to", "who", "decided",
    "changed", "q", "text",
    "search", "page", "file", "of", "show", "token", "seen", "medium", "by", "sort", "skip",
    "start",
)  # fmt: skip


class Request(NamedTuple):
    """A request, headers by name."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


text = st.text(max_size=30) | st.sampled_from(
    (*HOSTILE, "rejected", "cat", "photo", "keep", "nan", "1e309")
)
whole = st.integers(-2, 60) | st.sampled_from((2**31, 2**63, -(2**63), 2**64, 10**300))
scalar = st.none() | st.booleans() | whole | st.floats(allow_nan=False, allow_infinity=False) | text
anything = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
decision = st.fixed_dictionaries(
    {
        "file": st.integers(0, 40) | anything,
        "action": st.sampled_from(tuple(ACTIONS)) | anything,
        "value": st.sampled_from(("kept", "rejected", "cat", "photo", "keep", "f" * 64)) | anything,
        "seen": st.integers(0, 9) | anything,
    },
    optional={"note": text, "extra": anything},
)
likely = st.fixed_dictionaries(
    {
        "file": st.integers(0, 40),
        "action": st.just("outcome"),
        "value": st.sampled_from(("kept", "rejected")),
        "seen": st.integers(0, 9),
    }
)
decisions = st.fixed_dictionaries(
    {"decisions": st.lists(decision, max_size=3) | st.lists(likely), "note": text}
)
undo = st.fixed_dictionaries(
    {"entries": st.lists(st.integers(1, 9), max_size=2) | anything, "note": text | anything}
)
path = st.one_of(
    st.sampled_from(
        ("/", "/audit", "/history", "/ledger.csv", "/ledger.jsonl", "/decisions", "/undo")
    ),
    st.builds("/files/{}".format, whole),
    st.builds(
        "/{}/{}".format, st.sampled_from(("files", "thumbnails", "pictures", "static")), text
    ),
    st.builds("/{}".format, text),
)
parameter = st.tuples(st.sampled_from(NAMES) | text, whole.map(str) | text)
query = st.lists(parameter, max_size=4).map(lambda pairs: urlencode(pairs, errors="surrogatepass"))
asked_for = st.builds(
    lambda method, path, query: Request(method, f"{quote(path)}?{query}", SESSION, b""),
    st.sampled_from(("GET", "HEAD")),
    path,
    query,
)
sent = st.builds(
    lambda target, body: Request("POST", target, SESSION | OWN, body),
    st.sampled_from(("/decisions", "/undo")),
    st.one_of(decisions, undo, anything).map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=200),
)
headers = st.dictionaries(
    st.sampled_from((*OWN, *SESSION, "content-length", "accept", "range", "sec-fetch-site")),
    st.text(st.characters(max_codepoint=255), max_size=40)
    | st.sampled_from((*OWN.values(), *SESSION.values())),
)
foreign = st.builds(
    lambda request, method, changes: request._replace(
        method=method, headers=request.headers | changes
    ),
    asked_for | sent,
    st.sampled_from(("GET", "POST")) | st.text(max_size=8),
    headers,
)
requests = st.one_of(asked_for, sent, sent, foreign)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """The app on a finished run in which files have hostile names, where something was decided
    already."""
    workspace = finish(tmp_path_factory.mktemp("hostile") / "workspace", pictures=24, stems=HOSTILE)
    browser = Browser(app_of(workspace))
    for file in range(12):
        browser.post(
            "/decisions", CHANGE | {"decisions": [CHANGE["decisions"][0] | {"file": file}]}
        )
    return browser


def answered(fuzzed: Browser, request: Request) -> int:
    answer = ask(
        fuzzed.guarded,
        request.method,
        request.target,
        tuple(request.headers.items()),
        [request.body],
    )
    assert answer.status < 500, request
    assert (
        request.method != "POST"
        or isinstance(answer.json(), dict)
        or "html" in request.headers["accept"]
    )
    return answer.status


@settings(QUIETLY, max_examples=150)
@given(request=requests)
def test_whatever_is_sent_is_answered(fuzzed: Browser, request: Request) -> None:
    answered(fuzzed, request)


@pytest.mark.slow
@settings(QUIETLY, max_examples=4000)
@given(request=requests)
def test_whatever_is_sent_is_answered_four_thousand_times(
    fuzzed: Browser, request: Request
) -> None:
    answered(fuzzed, request)


@pytest.mark.parametrize(
    ("kind", "statuses"), [(asked_for, {200, 404}), (sent, {200, 400, 404, 409, 422})]
)
def test_the_requests_are_of_all_kinds(
    fuzzed: Browser, kind: st.SearchStrategy[Request], statuses: set[int]
) -> None:
    found: set[int] = set()

    @settings(QUIETLY, max_examples=150)
    @given(request=kind)
    def look(request: Request) -> None:
        found.add(answered(fuzzed, request))

    look()
    assert statuses <= found


STRANGE = [
    b"",
    b"\xff",
    b"\xef\xbb\xbf{}",
    b"{",
    b"NaN",
    b"[Infinity]",
    b"[-Infinity]",
    b"1e999",
    b'{"a": 1, "a": 2}',
    b'{"a": {"b": 1, "b": 1}}',
    b'"\\ud800"',
    b'{"\\udfff": 1}',
    b"1" * 5000,
    b"[" * 9 + b"]" * 9,
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
]


@pytest.mark.parametrize("body", STRANGE, ids=lambda body: repr(body[:12]))
def test_strange_json_is_refused_in_words(body: bytes, fuzzed: Browser) -> None:
    with pytest.raises(ValueError, match="expected JSON"):
        strict_json(body)
    for target in ("/decisions", "/undo"):
        answer = fuzzed.send(target, [body])
        assert answer.status == 400
        assert len(answer.json()["error"]) < 200


@settings(QUIETLY)
@given(value=anything)
def test_json_is_read_as_it_is(value: Any) -> None:
    assert strict_json(json.dumps(value).encode()) == json.loads(json.dumps(value))
