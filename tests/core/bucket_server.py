"""A small S3-compatible store on 127.0.0.1 that keeps nothing that is not signed right (AWS Signature Version 4)."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit

BUCKET, ACCESS_KEY, SECRET_KEY = "studio-clips", "FAKE_ACCESS_KEY_OF_A_BUCKET", "FAKE_SECRET_KEY_OF_A_BUCKET"
_SCHEME = re.compile(r"AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)")


class BucketServer(ThreadingHTTPServer):
    """`objects` by key; `calls` as "PUT"; `failures` are answered first (status, code); `hanging` stops every
    PUT, `part_seconds` is how long each part of a large one takes.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.acls: list[str] = []
        self.parts: dict[str, dict[int, bytes]] = {}
        self.calls: list[str] = []
        self.failures: list[tuple[int, str]] = []
        self.hanging = threading.Event()
        self.part_seconds = 0.0
        self.closing = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    with BucketServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _of(self) -> BucketServer:
        assert isinstance(self.server, BucketServer)
        return self.server

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # the customer has gone
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._of.calls.append(f"{self.command} {' '.join(sorted(set(query) & {'uploads', 'uploadId'}))}".strip())
        if self.command == "PUT" and self._of.hanging.is_set():
            self._of.closing.wait(20)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._of.failures:
            return self._refuse(*self._of.failures.pop(0))
        if problem := self._problem(parts.path, query, body):
            return self._refuse(403, problem)
        bucket, _, key = unquote(parts.path).removeprefix("/").partition("/")
        if bucket != BUCKET:
            return self._refuse(404, "NoSuchBucket")
        return self._store(key, query, body)

    def _store(self, key: str, query: dict[str, str], body: bytes) -> None:
        server = self._of
        if acl := self.headers.get("x-amz-acl"):
            server.acls.append(acl)
        if self.command == "POST" and "uploads" in query:
            server.parts[key] = {}
            server.types[key] = self.headers.get("Content-Type", "")
            return self._answer(200, _xml("InitiateMultipartUploadResult", UploadId="up-1", Key=key, Bucket=BUCKET))
        if self.command == "PUT" and "partNumber" in query:
            server.closing.wait(server.part_seconds)
            server.parts[key][int(query["partNumber"])] = body
            return self._answer(200, b"", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'})
        if self.command == "POST":
            pieces = server.parts.pop(key)
            server.objects[key] = b"".join(pieces[number] for number in sorted(pieces))
            return self._answer(200, _xml("CompleteMultipartUploadResult", Key=key))
        if self.command == "DELETE":
            server.parts.pop(key, None)
            return self._answer(204, b"")
        if self.command == "PUT":
            server.objects[key], server.types[key] = body, self.headers.get("Content-Type", "")
            return self._answer(200, b"", {"ETag": '"e"'})
        found = server.objects.get(key)
        return self._refuse(404, "NoSuchKey") if found is None else self._answer(200, found)

    def _problem(self, path: str, query: dict[str, str], body: bytes) -> str:
        """The code of what is wrong with the signature, "" for a right one."""
        if "X-Amz-Signature" in query:
            scope, signed, given = query["X-Amz-Credential"], query["X-Amz-SignedHeaders"], query["X-Amz-Signature"]
            when, payload = query["X-Amz-Date"], "UNSIGNED-PAYLOAD"
            made = datetime.strptime(when, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
            if time.time() > made + int(query["X-Amz-Expires"]) or self.command != "GET":
                return "AccessDenied"
        else:
            found = _SCHEME.fullmatch(self.headers.get("Authorization", ""))
            if not found:
                return "AccessDenied"
            scope, signed, given = found.groups()
            when, payload = self.headers["x-amz-date"], self.headers["x-amz-content-sha256"]
            if payload != "UNSIGNED-PAYLOAD" and payload != hashlib.sha256(body).hexdigest():
                return "XAmzContentSHA256Mismatch"
        if not scope.startswith(f"{ACCESS_KEY}/"):
            return "InvalidAccessKeyId"
        signature = self._signature(path, query, scope.partition("/")[2], signed, when, payload)
        return "" if hmac.compare_digest(signature, given) else "SignatureDoesNotMatch"

    def _signature(self, path: str, query: dict[str, str], scope: str, signed: str, when: str, payload: str) -> str:
        pairs = sorted((name, value) for name, value in query.items() if name != "X-Amz-Signature")
        asked = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
        headers = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in signed.split(";"))
        canonical = "\n".join([self.command, path, asked, headers, signed, payload])
        text = "\n".join(["AWS4-HMAC-SHA256", when, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{SECRET_KEY}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.new(key, text.encode(), "sha256").hexdigest()

    def _refuse(self, status: int, code: str) -> None:
        body = _xml("Error", Code=code, Message=f"The text for {code}", AWSAccessKeyId=ACCESS_KEY)
        self._answer(status, body)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _xml(name: str, **values: str) -> bytes:
    inner = "".join(f"<{tag}>{value}</{tag}>" for tag, value in values.items())
    return f'<?xml version="1.0"?><{name}>{inner}</{name}>'.encode()
