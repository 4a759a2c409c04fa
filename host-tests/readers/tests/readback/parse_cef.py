"""Parses lines of CEF, a JSON string a line, as two packages do, and answers each with a JSON array of what they make of it."""

import json
import sys

import jc
import pycef

for line in sys.stdin:
    text = json.loads(line)
    print(json.dumps([pycef.parse(text), jc.parse("cef", text, quiet=True)[0]]))
