"""Two clients of S3 behind the same interface: processor time of reading, and keys that they take.

python benchmarks/object_readers.py [--objects 300]"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

from object_server import Server
from obstore.store import S3Store

from inksift.curation.store.objects.clouds import CloudObjects
from inksift.curation.store.objects.interface import ObjectError, ObjectStore
from inksift.curation.store.objects.opened import read_object
from inksift.curation.store.objects.s3 import S3Objects

BUCKET, BYTES = "objects", 100_000
ODD = ("x//y.png", "a/../b.png", "a/./b.png", "/lead.png", "tab\t.png", "end/", "[a]*?.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=300)
    count = parser.parse_args().objects
    server = Server()
    os.environ.update(server.environment)
    client = server.client()
    client.create_bucket(Bucket=BUCKET)
    for k in range(count):
        client.put_object(Bucket=BUCKET, Key=f"plain/{k}.png", Body=os.urandom(BYTES))
    for k, key in enumerate(ODD):
        client.put_object(Bucket=BUCKET, Key=f"odd{k}/{key}", Body=b"x")
    store = S3Store(BUCKET, client_options={"allow_http": True}, endpoint=server.url)
    clients: dict[str, Callable[[], ObjectStore]] = {
        "botocore": lambda: S3Objects(BUCKET),
        "obstore": lambda: CloudObjects(store),
    }
    for name, make in clients.items():
        objects = make()
        taken = [key for k, key in enumerate(ODD) if _is_taken(objects, f"odd{k}/", key)]
        spent = _seconds(objects)
        print(f"{name}: {1000 * spent / count:.2f} ms of processor an object; lists {taken}")
    server.stop()


def _is_taken(objects: ObjectStore, folder: str, key: str) -> bool:
    """Whether the key is listed as it is written, and its object read."""
    try:
        listed = list(objects.listed(folder))
        return [one.key for one in listed] == [folder + key] and all(
            b"".join(read_object(objects, one)) == b"x" for one in listed
        )
    except ObjectError:
        return False


def _seconds(objects: ObjectStore) -> float:
    """Of this thread, while it reads all plain objects; the server runs in others."""
    known = list(objects.listed("plain/"))
    began = time.thread_time()
    for one in known:
        for _ in read_object(objects, one):
            pass
    return time.thread_time() - began


if __name__ == "__main__":
    main()
