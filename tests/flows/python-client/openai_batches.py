"""Every method that the official client has for files, uploads, batches and models, and its check of webhooks, with its default settings.

Prints the name of each check that held; the first one that does not hold ends the run with its traceback.
"""

import base64
import hashlib
import http.server
import json
import os
import queue
import threading
import time

import httpx2
import openai

BASE = os.environ["BASE_URL"] + "/v1"
KEY = os.environ["API_KEY"]
STRANGER = os.environ["STRANGER_KEY"]
client = openai.OpenAI(base_url=BASE, api_key=KEY)
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def line(custom_id, content="hello", **more):
    body = {"model": "gpt-4.1", "messages": [{"role": "user", "content": content}], **more}
    return json.dumps({"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body})


def upload(*lines, client=client):
    content = "".join(each + "\n" for each in lines).encode()
    return client.files.create(file=("input.jsonl", content), purpose="batch")


def create(file_id, client=client, **more):
    return client.batches.create(
        input_file_id=file_id, endpoint="/v1/chat/completions", completion_window="24h", **more
    )


def ended(batch):
    while batch.status not in ("completed", "failed", "expired", "cancelled"):
        time.sleep(0.05)
        batch = client.batches.retrieve(batch.id)
    return batch


def refused(kind, status, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except openai.APIStatusError as error:
        assert type(error) is kind, type(error)
        assert error.status_code == status, error.status_code
        assert error.request_id.startswith("req_")
        assert set(error.body) == {"message", "type", "param", "code"}, error.body
        return error
    raise AssertionError("it was not refused")


@check
def files():
    made = upload(line("a"))
    assert made.status == "processed" and made.purpose == "batch" and made.expires_at - made.created_at == 2_592_000
    assert client.files.retrieve(made.id) == made
    assert client.files.wait_for_processing(made.id) == made
    assert client.files.content(made.id).text == line("a") + "\n"
    soon = client.files.create(
        file=("soon.jsonl", b"{}"), purpose="batch", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert soon.expires_at - soon.created_at == 3600
    ids = [made.id, soon.id] + [upload(line("x")).id for _ in range(3)]
    assert [each.id for each in client.files.list(order="asc", limit=2)] == ids
    assert [each.id for each in client.files.list(purpose="batch", limit=3)] == ids[::-1]
    deleted = client.files.delete(made.id)
    assert deleted.deleted and deleted.id == made.id
    refused(openai.NotFoundError, 404, client.files.retrieve, made.id)


@check
def uploads():
    content = "".join(line(f"u-{n}") + "\n" for n in range(50)).encode()
    completed = client.uploads.upload_file_chunked(
        file=content,
        filename="chunked.jsonl",
        bytes=len(content),
        mime_type="text/jsonl",
        purpose="batch",
        part_size=1000,
        md5=hashlib.md5(content).hexdigest(),
    )
    assert completed.status == "completed" and completed.file.bytes == len(content)
    assert client.files.content(completed.file.id).read() == content
    made = client.uploads.create(filename="a.jsonl", purpose="batch", bytes=3, mime_type="text/jsonl")
    part = client.uploads.parts.create(made.id, data=b"{}")
    error = refused(openai.BadRequestError, 400, client.uploads.complete, made.id, part_ids=[part.id])
    assert error.param == "part_ids"
    assert client.uploads.cancel(made.id).status == "cancelled"
    refused(openai.BadRequestError, 400, client.uploads.cancel, made.id)


@check
def batches():
    file = upload(line("good"), line("bad", "refuse me"))
    fresh = create(file.id, metadata={"night": "7"}, output_expires_after={"anchor": "created_at", "seconds": 3600})
    assert fresh.status == "validating" and fresh.metadata == {"night": "7"}
    done = ended(fresh)
    assert done.status == "completed" and done.usage.total_tokens == 123
    counts = done.request_counts
    assert (counts.total, counts.completed, counts.failed) == (2, 1, 1)
    good = json.loads(client.files.content(done.output_file_id).text)
    assert good["custom_id"] == "good" and good["response"]["status_code"] == 200 and good["error"] is None
    bad = json.loads(client.files.content(done.error_file_id).text)
    assert bad["custom_id"] == "bad" and bad["response"]["status_code"] == 400
    output = client.files.retrieve(done.output_file_id)
    assert output.purpose == "batch_output" and output.expires_at - output.created_at == 3600
    assert client.batches.cancel(done.id) == done
    ids = [done.id] + [create(file.id).id for _ in range(4)]
    assert [each.id for each in client.batches.list(limit=2)] == ids[::-1]


@check
def failed_batches():
    failed = ended(create(upload(line("a"), "{", line("a")).id))
    assert failed.status == "failed" and failed.failed_at is not None
    found = [(each.code, each.line) for each in failed.errors.data]
    assert found == [("invalid_json_line", 2), ("duplicate_custom_id", 3)], found


@check
def retries_of_error_files():
    done = ended(create(upload(line("good"), line("bad", "refuse me")).id))
    errors = client.files.content(done.error_file_id).read()
    again = client.files.create(file=("errors.jsonl", errors), purpose="batch")
    retried = ended(create(again.id))
    assert retried.request_counts.total == 1 and retried.retry_of == done.id


@check
def models():
    listed = list(client.models.list())
    assert "gpt-4.1" in [each.id for each in listed]
    assert client.models.retrieve("gpt-4.1") in listed
    refused(openai.NotFoundError, 404, client.models.retrieve, "gpt-9")


@check
def typed_errors():
    wrong = openai.OpenAI(base_url=BASE, api_key="sk-wrong")
    assert refused(openai.AuthenticationError, 401, wrong.files.list).code == "invalid_api_key"
    error = refused(openai.BadRequestError, 400, create, "file-nowhere")
    assert error.param == "input_file_id" and error.code is None
    error = refused(
        openai.BadRequestError, 400, client.files.create, file=("a.json", b"{}"), purpose="batch"
    )
    assert "Invalid file format for Batch API. Must be .jsonl" in error.message
    refused(openai.NotFoundError, 404, client.batches.retrieve, "batch_nowhere")
    file = upload(line("a"))
    stranger = openai.OpenAI(base_url=BASE, api_key=STRANGER)
    refused(openai.NotFoundError, 404, stranger.files.content, file.id)
    refused(openai.BadRequestError, 400, create, file.id, client=stranger)
    narrow = openai.OpenAI(base_url=BASE, api_key=os.environ["NARROW_KEY"])
    native = {"model": "gpt-4.1", "tasks": [{"prompt": "p"}]}
    refused(openai.PermissionDeniedError, 403, narrow.post, "/batches", cast_to=object, body=native)
    named = {"extra_headers": {"Idempotency-Key": "python-1"}}
    create(file.id, **named)
    refused(openai.UnprocessableEntityError, 422, create, file.id, metadata={"a": "b"}, **named)


class Forgetful(httpx2.HTTPTransport):
    """Loses the first reply, once the server has done all of it."""

    calls = 0

    def handle_request(self, request):
        self.calls += 1
        response = super().handle_request(request)
        if self.calls > 1:
            return response
        response.read()
        response.close()
        raise httpx2.ReadError("the reply was lost", request=request)


@check
def lost_replies():
    def forgetful():
        return openai.OpenAI(base_url=BASE, api_key=KEY, http_client=httpx2.Client(transport=Forgetful()))

    before = {each.id for each in client.files.list(purpose="batch")}
    file = upload(line("once"), client=forgetful())
    assert {each.id for each in client.files.list(purpose="batch")} - before == {file.id}
    before = {each.id for each in client.batches.list()}
    batch = create(file.id, client=forgetful())
    assert {each.id for each in client.batches.list()} - before == {batch.id}
    assert forgetful().files.delete(file.id).deleted
    ended(batch)


@check
def webhooks():
    events = queue.Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            events.put((body, dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = "whsec_" + base64.b64encode(b"s" * 32).decode()
    webhook = {"url": f"http://127.0.0.1:{server.server_port}/", "secret": secret}
    batch = create(upload(line("told")).id, extra_body={"webhook": webhook})
    body, headers = events.get(timeout=60)
    event = client.webhooks.unwrap(body, headers, secret=secret)
    assert (event.type, event.data.id) == ("batch.completed", batch.id)
    try:
        client.webhooks.unwrap(body + b" ", headers, secret=secret)
        raise AssertionError("a changed body was believed")
    except openai.InvalidWebhookSignatureError:
        pass
    server.shutdown()


for each in CHECKS:
    each()
    print(each.__name__)
