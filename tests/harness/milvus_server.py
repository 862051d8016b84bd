"""Milvus Lite as a server of this process, for tests: it can be stopped and started again."""

from __future__ import annotations

import base64
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from milvus_lite.adapter.grpc.server import start_server_in_thread
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from pymilvus.grpc_gen import milvus_pb2_grpc


class Server:
    """A server over a folder; its address stays the same when it starts again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        self._server, self.db, _ = start_server_in_thread(str(self._folder), port=self._port)

    def stop(self) -> None:
        self._server.stop(0).wait()
        self.db.close()


class Guarded:
    """The same data behind a token; who sends another is answered as Milvus answers."""

    def __init__(self, server: Server, token: str) -> None:
        self._server = grpc.server(ThreadPoolExecutor(2), interceptors=[_WantsToken(token)])
        milvus_pb2_grpc.add_MilvusServiceServicer_to_server(MilvusServicer(server.db), self._server)
        self.uri = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(0).wait()


class _WantsToken(grpc.ServerInterceptor):
    def __init__(self, token: str) -> None:
        self._wanted = base64.b64encode(token.encode()).decode()

    def intercept_service(self, continuation, details):
        if dict(details.invocation_metadata).get("authorization") == self._wanted:
            return continuation(details)
        return grpc.unary_unary_rpc_method_handler(_refuse)


def _refuse(_, context):
    said = "auth check failure, please check username and password are correct"
    context.abort(grpc.StatusCode.UNAUTHENTICATED, said)
