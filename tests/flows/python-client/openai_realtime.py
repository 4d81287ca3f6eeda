"""Ordinary calls and streams with the official client and its default settings.

Prints the name of each check that held; the first one that does not hold ends the run with its traceback.
"""

import os

import openai

client = openai.OpenAI(base_url=os.environ["BASE_URL"] + "/v1", api_key=os.environ["API_KEY"])
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def chat(content, **more):
    return client.chat.completions.create(
        model="gpt-4.1", messages=[{"role": "user", "content": content}], **more
    )


def text_of(stream):
    return [each.choices[0].delta.content for each in stream if each.choices and each.choices[0].delta.content]


@check
def whole_answers():
    answer = chat("hello")
    assert answer.choices[0].message.content == "re: hello" and answer.usage.total_tokens == 13
    assert answer._request_id.startswith("req_")
    assert chat("hello", service_tier="flex").service_tier == "flex"


@check
def streams():
    assert text_of(chat("hello", stream=True)) == ["re: ", "hello"]
    usages = [each.usage for each in chat("hello", stream=True, stream_options={"include_usage": True})]
    assert [each and each.total_tokens for each in usages] == [None, None, None, 13]
    assert all(each.choices for each in chat("hello", stream=True))


@check
def a_stream_that_breaks_throws():
    texts = []
    try:
        for each in chat("break", stream=True):
            texts.append(each.choices[0].delta.content)
    except openai.APIError as error:
        assert error.code == "stream_broken" and error.type == "server_error", error
        assert texts == ["re: "], texts
        return
    raise AssertionError("it did not throw")


@check
def errors_of_the_provider():
    try:
        chat("refuse")
    except openai.UnprocessableEntityError as error:
        assert error.body == {"message": "Not this.", "type": "t", "param": "messages", "code": "c"}, error.body
        return
    raise AssertionError("it was not refused")


for each in CHECKS:
    each()
    print(each.__name__)
