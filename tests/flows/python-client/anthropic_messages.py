"""Messages and streams with Anthropic's official client and its default settings.

Prints the name of each check that held; the first one that does not hold ends the run with its traceback.
"""

import os

import anthropic

URL = os.environ["BASE_URL"]
KEY = os.environ["API_KEY"]
client = anthropic.Anthropic(base_url=URL, api_key=KEY)
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def message(content, by=client, **more):
    return by.messages.create(
        model="batch-pro", max_tokens=64, messages=[{"role": "user", "content": content}], **more
    )


def refused(kind, call, *arguments, **more):
    try:
        call(*arguments, **more)
    except kind as error:
        return error
    raise AssertionError("it was not refused")


@check
def whole_answers():
    answer = message("hello")
    assert answer.content[0].text == "re: hello" and answer.usage.output_tokens == 4
    assert answer._request_id.startswith("req_"), answer._request_id


@check
def both_headers_and_all_versions():
    for version in ["2023-01-01", "2023-06-01", "2026-10-21"]:
        for headers in [{"x-api-key": KEY}, {"authorization": f"Bearer {KEY}"}]:
            other = {"authorization": anthropic.Omit(), "x-api-key": anthropic.Omit(), **headers}
            answer = message("hello", extra_headers={"anthropic-version": version, **other})
            assert answer.content[0].text == "re: hello"


@check
def streams():
    with client.messages.stream(
        model="batch-pro", max_tokens=64, messages=[{"role": "user", "content": "hello"}]
    ) as stream:
        assert list(stream.text_stream) == ["re: ", "hello"]
        assert stream.get_final_message().usage.output_tokens == 4
    types = [each.type for each in message("hello", stream=True)]
    assert types[0] == "message_start" and types[-1] == "message_stop", types


@check
def a_stream_that_breaks_throws():
    texts = []
    try:
        for each in message("break", stream=True):
            if each.type == "content_block_delta":
                texts.append(each.delta.text)
    except anthropic.APIError as error:
        assert error.body["error"]["details"]["error_code"] == "stream_broken", error.body
        assert texts == ["re: "], texts
        return
    raise AssertionError("it did not throw")


@check
def typed_errors():
    error = refused(anthropic.BadRequestError, message, "refuse")
    assert error.body["error"] == {"type": "invalid_request_error", "message": "Not this."}, error.body
    wrong = anthropic.Anthropic(base_url=URL, api_key="sk-wrong")
    error = refused(anthropic.AuthenticationError, message, "hello", by=wrong)
    assert error.body["error"]["type"] == "authentication_error", error.body
    assert error.request_id.startswith("req_"), error.request_id
    narrow = anthropic.Anthropic(base_url=URL, api_key=os.environ["NARROW_KEY"])
    error = refused(anthropic.PermissionDeniedError, message, "hello", by=narrow)
    assert error.body["error"]["details"]["error_code"] == "model_not_allowed", error.body
    error = refused(anthropic.BadRequestError, message, "hello", extra_body={"temperature": 1})
    assert error.body["error"]["details"]["field"] == "temperature", error.body
    limited = anthropic.Anthropic(base_url=URL, api_key=os.environ["LIMITED_KEY"], max_retries=0)
    message("hello", by=limited)
    error = refused(anthropic.RateLimitError, message, "hello", by=limited)
    assert int(error.response.headers["retry-after"]) > 0
    assert error.response.headers["anthropic-ratelimit-requests-remaining"] == "0"


@check
def models():
    seen = [each.id for each in client.models.list(limit=3)]
    assert "batch-pro" in seen and len(seen) > 3 and len(set(seen)) == len(seen), seen
    assert client.models.retrieve("batch-pro").display_name == "batch-pro"
    refused(anthropic.NotFoundError, client.models.retrieve, "claude-0")


@check
def counted_tokens():
    counted = client.messages.count_tokens(
        model="batch-pro", messages=[{"role": "user", "content": "How many are these?"}]
    )
    assert counted.input_tokens > 3, counted


for each in CHECKS:
    each()
    print(each.__name__)
