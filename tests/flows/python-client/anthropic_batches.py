"""Every method that Anthropic's official client has for batches of messages, with its default settings.

Prints the name of each check that held; the first one that does not hold ends the run with its traceback.
"""

import os
import time

import anthropic
import httpx2

URL = os.environ["BASE_URL"]
KEY = os.environ["API_KEY"]
client = anthropic.Anthropic(base_url=URL, api_key=KEY)
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def request(custom_id, content="hello", **more):
    messages = [{"role": "user", "content": content}]
    params = {"model": "batch-4.1", "max_tokens": 64, "messages": messages, **more}
    return {"custom_id": custom_id, "params": params}


def create(*requests, by=client):
    return by.messages.batches.create(requests=list(requests))


def ended(batch):
    while batch.processing_status != "ended":
        time.sleep(0.05)
        batch = client.messages.batches.retrieve(batch.id)
    return batch


def counts(batch):
    return {name: count for name, count in batch.request_counts.model_dump().items() if count != 0}


def refused(kind, call, *arguments, **more):
    try:
        call(*arguments, **more)
    except anthropic.APIStatusError as error:
        assert type(error) is kind, type(error)
        assert error.request_id.startswith("req_")
        assert error.body["type"] == "error" and error.body["error"]["message"], error.body
        return error
    raise AssertionError("it was not refused")


@check
def batches():
    made = create(request("good"), request("bad", "refuse me"), request("streamed", stream=True))
    assert made.type == "message_batch" and made.results_url is None and made.ended_at is None
    assert counts(made) == {"processing": 3}, made
    assert (made.expires_at - made.created_at).total_seconds() == 86400
    done = ended(made)
    assert counts(done) == {"succeeded": 1, "errored": 2}, done
    assert done.ended_at >= done.created_at and done.archived_at is None
    results = {each.custom_id: each.result for each in client.messages.batches.results(done.id)}
    assert results["good"].message.content[0].text.startswith("re: "), results
    assert results["good"].message.usage.output_tokens == 23
    assert results["bad"].error.error.type == "invalid_request_error"
    assert results["bad"].error.error.message == "messages.0: not this"
    assert results["streamed"].error.error.message.startswith("stream: ")


@check
def cancelled_batches():
    made = create(request("slow", "wait"))
    assert client.messages.batches.cancel(made.id).processing_status in ("canceling", "ended")
    done = ended(made)
    assert done.cancel_initiated_at is not None and counts(done) == {"canceled": 1}, done
    assert [each.result.type for each in client.messages.batches.results(done.id)] == ["canceled"]


@check
def lists():
    lister = anthropic.Anthropic(base_url=URL, api_key=os.environ["LISTER_KEY"])
    made = [create(request("a"), by=lister).id for _ in range(5)][::-1]
    assert [each.id for each in lister.messages.batches.list(limit=2)] == made
    page = lister.messages.batches.list(limit=2, before_id=made[-1])
    assert [each.id for each in page.data] == made[2:4] and page.has_more
    assert sorted(each.id for each in page) == sorted(made[:4])


@check
def deletion():
    made = create(request("a"))
    ended(made)
    gone = client.messages.batches.delete(made.id)
    assert gone.id == made.id and gone.type == "message_batch_deleted"
    refused(anthropic.NotFoundError, client.messages.batches.retrieve, made.id)
    slow = create(request("slow", "wait"))
    refused(anthropic.BadRequestError, client.messages.batches.delete, slow.id)
    client.messages.batches.cancel(slow.id)


@check
def typed_errors():
    twice = refused(anthropic.BadRequestError, create, request("a"), request("a"))
    assert "requests.1.custom_id" in str(twice), twice
    wrong = anthropic.Anthropic(base_url=URL, api_key="sk-wrong")
    refused(anthropic.AuthenticationError, wrong.messages.batches.list)
    narrow = anthropic.Anthropic(base_url=URL, api_key=os.environ["NARROW_KEY"])
    refused(anthropic.PermissionDeniedError, create, request("a"), by=narrow)
    mine = create(request("a"))
    stranger = anthropic.Anthropic(base_url=URL, api_key=os.environ["LISTER_KEY"])
    for call in ("retrieve", "cancel", "delete", "results"):
        refused(anthropic.NotFoundError, getattr(stranger.messages.batches, call), mine.id)


@check
def lost_replies():
    class Forgetful(httpx2.HTTPTransport):
        calls = 0

        def handle_request(self, sent):
            self.calls += 1
            answer = super().handle_request(sent)
            if self.calls > 1:
                return answer
            answer.read()
            raise httpx2.ReadError("the reply was lost")

    transport = Forgetful()
    key = os.environ["FORGETFUL_KEY"]
    forgetful = anthropic.Anthropic(
        base_url=URL, api_key=key, http_client=anthropic.DefaultHttpxClient(transport=transport)
    )
    made = create(request("a"), by=forgetful)
    assert transport.calls == 2, transport.calls
    assert [each.id for each in forgetful.messages.batches.list()] == [made.id]


for each in CHECKS:
    each()
    print(each.__name__, flush=True)
