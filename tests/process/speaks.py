"""A program that speaks the turn protocol as a side, from a plan in JSON in its environment; `fake_side` makes them.

Imports nothing heavy: it is started twice a pass.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from typing import Any

from benchmarks.harness.sides.protocol import TURN_VARIABLE, Channel

VARIABLE = "FAKE_SIDE"


class Speaker:
    """The side's end of the line."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.channel = Channel(socket.socket(fileno=int(os.environ[TURN_VARIABLE])))
        self.moment, self.how = plan["breaks"]
        self.since = time.perf_counter()
        self.outcome: dict[str, str] | None = None
        self.rounds: list[dict[str, Any]] = []

    def say(self, at: str, **facts: Any) -> dict[str, Any]:
        outcome = None
        if at in ("test", "end"):
            outcome, self.outcome = self.outcome, None
        message = {"at": at, "loaded": [], "outcome": outcome, "rounds": self.rounds, **facts}
        self.rounds = []
        message["turn"] = [self.since, time.perf_counter()]
        line = json.dumps(message).encode() + b"\n"
        if at == self.moment:
            self.moment = ""
            self.break_with(line)
        else:
            self.channel.socket.sendall(line)
        answer = self.channel.receive()
        if answer is None:
            sys.exit(2)
        self.since = time.perf_counter()
        return answer

    def break_with(self, line: bytes) -> None:
        whole = self.channel.socket.sendall
        match self.how:
            case "half":
                whole(line[: len(line) // 2])
            case "garbage":
                whole(b"\x00garbage\n")
            case "keyless":
                whole(b'{"at": "round"}\n')
            case "wrong type":
                whole(line.replace(b'"rounds": [', b'"rounds": 7, "more": ['))
            case "twice":
                whole(line + line)
            case "twice, late":
                whole(line)
                self.channel.receive()
                time.sleep(0.2)
                whole(line + line)
            case "hang":
                pass
            case "exit":
                print("E   RuntimeError: no more")
                sys.exit(3)
            case "close":
                self.channel.socket.close()
                time.sleep(60)
            case _:
                raise ValueError(self.how)

    def test(self, test: str, facts: dict[str, Any]) -> None:
        if self.say("test", test=test).get("pass"):
            self.outcome = {"test": test, "word": "passed over", "reason": ""}
            return
        time.sleep(facts["setup_s"])
        self.outcome = {"test": test, "word": facts["word"], "reason": facts["reason"]}
        if not facts["ready"]:
            return
        calls = 1 if facts["calls"] is not None else None
        known = [
            key
            for key in ("work", "items", "tolerance", "must_see", "cold_s", "store", "nodes", "pieces")
            if key in facts
        ]
        while True:
            seconds = facts["call_s"] * (calls or 1)
            answer = self.say("ready", seconds=seconds, span=seconds, calls=calls, **{key: facts[key] for key in known})
            if "calls" not in answer:
                break
            calls = answer["calls"]
        pieces = answer.get("pieces", 1)
        seconds /= pieces
        for number in range(answer.get("rounds", 0) * pieces):
            if self.say("round").get("stop"):
                break
            start = time.perf_counter()
            time.sleep(seconds if facts["sleeps"] else 0)
            first = os.environ["PYTHONHASHSEED"] == "1"  # of the first pass; each pass has its own
            invalid = "so it is" if first and number < facts["invalid"] else ""
            self.rounds.append({"seconds": seconds, "start": start, "end": start, "invalid": invalid})
        else:
            if "rounds" in answer:
                self.say("done")
                return
        self.outcome = {"test": test, "word": "skipped", "reason": answer.get("stop", "stopped")}


def main() -> None:
    plan = json.loads(os.environ[VARIABLE])
    speaker = Speaker(plan)
    if plan["burns"]:
        threading.Thread(target=burn, daemon=True).start()
    if plan["starts"]:
        subprocess.Popen([sys.executable, "-I", "-S", "-c", plan["starts"]], stdout=subprocess.DEVNULL)
    told = ("why", "sources", "serial")
    tests = [{"id": test, **{key: its[key] for key in told}} for test, its in plan["tests"].items()]
    for test in speaker.say("collected", tests=tests, **plan["collected"])["tests"]:
        speaker.test(test, plan["tests"][test])
    speaker.say("end")


def burn() -> None:
    while True:
        pass


if __name__ == "__main__":
    main()
