#!/usr/bin/env python3
"""Asks a server again and again, and counts what failed.

load.py ask URL LOG     one request after the other, each on a connection of its own, for ten minutes at most; a line each
load.py count LOG FROM TO    "FAILED SECONDS ASKED" between two times: each outage lasts until the next good answer
"""
import http.client
import sys
import time
from urllib.parse import urlsplit

PAUSE = 0.02
LIMIT = 600


def ask(address, log):
    url = urlsplit(address)
    end = time.time() + LIMIT
    with open(log, "w", buffering=1, encoding="ascii") as lines:
        while (begun := time.time()) < end:
            connection = http.client.HTTPConnection(url.netloc, timeout=3)
            try:
                connection.request("GET", url.path or "/")
                answer = connection.getresponse()
                answer.read()
                word = str(answer.status)
            except (OSError, http.client.HTTPException) as error:
                word = type(error).__name__
            finally:
                connection.close()
            lines.write(f"{begun:.6f} {time.time():.6f} {word}\n")
            time.sleep(PAUSE)


def count(log, since, until):
    failed = asked = 0
    seconds = 0.0
    outage = None
    with open(log, encoding="ascii") as lines:
        for line in lines:
            fields = line.split()
            if len(fields) != 3 or not line.endswith("\n"):
                continue
            begun, ended, word = float(fields[0]), float(fields[1]), fields[2]
            if ended < since or begun > until:
                continue
            asked += 1
            if word.startswith("2"):
                if outage is not None:
                    seconds += ended - outage
                    outage = None
            else:
                failed += 1
                outage = begun if outage is None else outage
    if outage is not None:
        seconds += until - outage
    print(failed, f"{seconds:.1f}", asked)


if sys.argv[1] == "ask":
    ask(sys.argv[2], sys.argv[3])
else:
    count(sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
