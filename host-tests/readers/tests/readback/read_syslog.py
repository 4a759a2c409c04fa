"""Reads messages of RFC 5424, a JSON string a line, and answers each with a JSON object or the error as a string."""

import json
import sys

from syslog_rfc5424_parser import SyslogMessage

for line in sys.stdin:
    try:
        message = SyslogMessage.parse(json.loads(line))
        answer = {name: getattr(message, name) for name in ("timestamp", "hostname", "appname", "procid", "msgid", "sd", "msg")}
        answer["pri"] = int(message.facility) * 8 + int(message.severity)
    except Exception as error:
        answer = repr(error)
    print(json.dumps(answer))
