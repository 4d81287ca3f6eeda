"""A client of the native batch API as it is found in the field, unchanged but for host and key.

Splits into batches of at most 1,000, submits, looks every 30 seconds, gives up after a limit, and keeps a
checkpoint file. Written with `requests`; where that is not installed, with the standard library.
"""

import json
import os
import sys
import time
from datetime import datetime

BASE_URL = os.environ["BASE_URL"]
API_KEY = os.environ["HOLYSHEEP_API_KEY"]
POLL_SECONDS = float(os.environ.get("POLL_SECONDS", "30"))
MAX_WAIT_SECONDS = float(os.environ.get("MAX_WAIT_SECONDS", "1800"))
CHECKPOINT_FILE = os.environ.get("CHECKPOINT_FILE", "checkpoint.json")
CHUNK = int(os.environ.get("CHUNK", "500"))
READ_TIMEOUT = 10

HEADERS = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}

try:
    import requests

    def call(method, path, body=None):
        response = requests.request(
            method, f"{BASE_URL}{path}", headers=HEADERS, json=body, timeout=(10, READ_TIMEOUT)
        )
        return response.status_code, response.json()

except ImportError:
    import urllib.error
    import urllib.request

    def call(method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{BASE_URL}{path}", data=data, headers=HEADERS, method=method)
        try:
            with urllib.request.urlopen(request, timeout=READ_TIMEOUT) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


def check_key():
    if not API_KEY.startswith("sk-holysheep-"):
        raise ValueError("the key must begin with sk-holysheep-")
    status, body = call("GET", "/v1/models")
    if status == 401:
        raise PermissionError(f"{body['error']}: {body['message']}")
    assert status == 200, status


def load_checkpoint():
    if not os.path.exists(CHECKPOINT_FILE):
        return set()
    with open(CHECKPOINT_FILE, encoding="utf-8") as file:
        return set(json.load(file)["processed_ids"])


def save_checkpoint(processed):
    with open(CHECKPOINT_FILE, "w", encoding="utf-8") as file:
        json.dump({"processed_ids": sorted(processed), "last_updated": datetime.now().isoformat()}, file)


def submit(body):
    status, batch = call("POST", "/v1/batches", body)
    if status != 200:
        raise RuntimeError(f"{batch['error']}: {json.dumps(batch)}")
    print(f"submitted {batch['batch_id']}: {batch['status']}, {batch['progress']}%")
    return batch["batch_id"]


def wait(batch_id):
    started = time.time()
    while time.time() - started < MAX_WAIT_SECONDS:
        status, batch = call("GET", f"/v1/batches/{batch_id}")
        assert status == 200, status
        if batch["status"] == "completed":
            return True
        if batch["status"] == "failed":
            print(f"failed: {batch['error']}", file=sys.stderr)
            return False
        # Only in_progress is known to sleep on: anything else would spin.
        if batch["status"] == "in_progress":
            print(f"{batch['progress']}%, {int(time.time() - started)} s")
            time.sleep(POLL_SECONDS)
        else:
            raise AssertionError(f"unknown status {batch['status']}")
    raise TimeoutError(f"{batch_id} is not done after {MAX_WAIT_SECONDS} s")


def fetch(batch_id, key):
    status, body = call("GET", f"/v1/batches/{batch_id}/results")
    assert status == 200, status
    return body[key]


def conversation_list(chunk):
    """The first body. Items are handed straight over, so that `content` is an object."""
    return {
        "model": "batch-4.1",
        "input": [{"role": "user", "content": document} for document in chunk],
        "task": "document_analysis",
    }


def task_list(chunk):
    """The second body, with the options behind the tasks."""
    return {
        "model": "batch-4.1",
        "tasks": [{"custom_id": document["id"], "prompt": document["content"]} for document in chunk],
        "options": {"temperature": 0.3, "max_tokens": 500},
    }


def main():
    dialect, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    build, key = (conversation_list, "data") if dialect == "input" else (task_list, "results")
    documents = [{"id": f"doc_{n:04d}", "content": f"Document {n}: 계약서 {n}"} for n in range(count)]
    check_key()
    processed = load_checkpoint()
    todo = [document for document in documents if document["id"] not in processed]
    print(f"{len(processed)} processed before, {len(todo)} to do")
    with open(out, "a", encoding="utf-8") as results:
        for start in range(0, len(todo), CHUNK):
            batch_id = submit(build(todo[start : start + CHUNK]))
            if not wait(batch_id):
                continue
            for entry in fetch(batch_id, key):
                assert entry["error"] is None, entry
                assert entry["usage"]["total_tokens"] > 0, entry
                results.write(json.dumps(entry, ensure_ascii=False) + "\n")
                processed.add(entry["custom_id"])
            results.flush()
            save_checkpoint(processed)


if __name__ == "__main__":
    try:
        main()
    except (PermissionError, RuntimeError) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
