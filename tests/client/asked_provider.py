"""A provider of Kling's kind that only tells of tasks, and counts how it was asked. What it tells can be changed."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

#: HTTP status and body.
Answer = tuple[int, Any]


class AskedProvider(ThreadingHTTPServer):
    """`words`: the status of each task by its id. `together`: what a question about several gets instead of them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.words: dict[str, str] = {}
        self.together: Callable[[list[dict[str, Any]]], Answer] = fine
        self.singly: Callable[[dict[str, Any]], Answer] = fine
        self.asked: Counter[str] = Counter()
        self.most_ids = 0
        self.page_sizes: list[int] = []

    def answer(self, path: str, query: dict[str, list[str]]) -> Answer:
        if path == "/tasks":
            ids = query["task_ids"][0].split(",")
            self.most_ids = max(self.most_ids, len(ids))
            self.asked["together" if len(ids) > 1 else "singly"] += 1
            found = [self.new_record(one) for one in ids if one in self.words]
            return self.together(found) if len(ids) > 1 else fine(found)
        if "pageNum" in query:
            self.asked["together"] += 1
            self.page_sizes.append(int(query["pageSize"][0]))
            newest_first = sorted(self.words, reverse=True)[: self.page_sizes[-1]]
            return self.together([self.old_record(one) for one in newest_first])
        self.asked["singly"] += 1
        task_id = path.rpartition("/")[2]
        if task_id not in self.words:
            return 404, {"code": 1203, "message": "task not found"}
        return self.singly(self.old_record(task_id))

    def old_record(self, task_id: str) -> dict[str, Any]:
        word = self.words[task_id]
        made = {"task_result": {"videos": [{"id": f"v{task_id}", "url": "http://127.0.0.1/x.mp4", "duration": "5"}]}}
        return {"task_id": task_id, "task_status": word, **(made if word == "succeed" else {})}

    def new_record(self, task_id: str) -> dict[str, Any]:
        word = {"succeed": "succeeded"}.get(self.words[task_id], self.words[task_id])
        made = [{"type": "video", "id": f"v{task_id}", "url": "http://127.0.0.1/x.mp4", "duration": "5"}]
        return {"id": task_id, "status": word, "outputs": made if word == "succeeded" else []}


def fine(data: Any) -> Answer:
    return 200, {"code": 0, "message": "SUCCEED", "request_id": "r", "data": data}


def broken(_data: Any) -> Answer:
    return 502, None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: AskedProvider  # type: ignore[assignment]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        status, body = self.server.answer(parts.path, parse_qs(parts.query))
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def asked_provider() -> Iterator[AskedProvider]:
    server = AskedProvider()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
