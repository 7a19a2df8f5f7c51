"""Runs every case of one SDK against every provider, and prints what came of it: one JSON object a line.

Usage: <script> TYPE... Base URLs and keys come from the environment variables that each SDK reads by itself.
A line has `case`, `type`, and either `heard` or `raised`.
"""

import asyncio
import inspect
import json
import sys

_CASES = {}

WORDS_ASKED = "Hello"
RESULT = "seen it there"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
LOOK_SCHEMA = {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]}
NO_PARAMETERS = {"type": "object", "properties": {}}


def case(function, name=None):
    """A case asks for the model that is named after it and the type of provider: `chat.Anthropic`."""
    _CASES[name or function.__name__] = function
    return function


def heard(text, finish=None, tokens=None, calls=()):
    """`tokens`: (input, output, cached). `calls`: (id, name, arguments)."""
    return {
        "text": text,
        "finish": finish,
        "calls": [{"id": id, "name": name, "arguments": arguments} for id, name, arguments in calls],
        "tokens": tokens and dict(zip(("input", "output", "cached"), tokens)),
    }


def called(name, arguments):
    """Our two tools."""
    return f"{RESULT}: {arguments['at']}" if name == "look" else "noon"


def raised(error):
    members = {name: getattr(error, name, None) for name in ("status_code", "code", "type", "param", "status", "body")}
    return {"class": type(error).__name__, "message": str(error), **members}


def main():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    for provider in sys.argv[1:]:
        for name, function in _CASES.items():
            line = {"case": name, "type": provider}
            try:
                outcome = function(f"{name}.{provider}")
                line["heard"] = loop.run_until_complete(outcome) if inspect.isawaitable(outcome) else outcome
            except Exception as error:
                line["raised"] = raised(error)
            print(json.dumps(line, default=str), flush=True)
