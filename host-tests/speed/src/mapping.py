"""The mapping in Python, by hand and with the package cefevent. `process.rs` asks for it."""

import json
import sys
import time

NOT_EXTENSION = frozenset(
    "event_id eventId id event_name event name version product_version severity priority host hostname"
    " time timestamp date @timestamp origin extensions".split()
)
RENAMED = {
    "dposrt": "dpt",
    "dport": "dpt",
    "Method": "requestMethod",
    "ServiceName": "sourceServiceName",
    "Cs6": "cs6Label",
    "Cs7": "cs6",
}
# What cefevent takes as a number only.
NUMBERS = frozenset(["spid"])


def event(line):
    """The header fields of a record and its extension, or None if it has neither an id nor a name."""
    record = json.loads(line)
    if log := record.get("log"):
        record = json.loads(log)
    get = record.get
    name = get("event_name") or get("event") or get("name")
    event_id = get("event_id") or get("eventId") or get("id") or name
    if event_id is None:
        return None
    event_id = str(event_id)
    version = get("version") or get("product_version") or "unknown"
    product = "Segura" if version[0] == "4" else "senhasegura"
    host = get("host") or get("hostname")
    extension = get("extensions") or record
    return product, version, event_id, name or event_id, get("severity") or 5, host, get("origin"), extension


def header(text):
    return text.replace("\\", "\\\\").replace("|", "\\|")


def value(text):
    return text.replace("\\", "\\\\").replace("=", "\\=").replace("\r", "").replace("\n", "\\n")


def by_hand(line):
    found = event(line)
    if found is None:
        return None
    product, version, event_id, name, severity, host, origin, extension = found
    parts = []
    if host:
        parts.append(f"dvchost={value(host)}")
    if origin:
        parts.append(f"cat={value(origin)}")
    for key, text in extension.items():
        if key in NOT_EXTENSION or text is None or text == "" or text == "-":
            continue
        if text.__class__ is not str:
            text = str(text)
        parts.append(f"{RENAMED.get(key, key)}={value(text)}")
    return f"CEF:0|MT4|{product}|{header(version)}|{header(event_id)}|{header(name)}|{severity}|{' '.join(parts)}"


def with_cefevent():
    from cefevent import CEFEvent

    cef = CEFEvent()
    set_field = cef.set_field

    def convert(line):
        found = event(line)
        if found is None:
            return None
        product, version, event_id, name, severity, host, origin, extension = found
        cef.reset()
        set_field("deviceVendor", "MT4")
        set_field("deviceProduct", product)
        set_field("deviceVersion", version)
        set_field("signatureId", event_id)
        set_field("name", name)
        set_field("severity", severity)
        if host:
            set_field("dvchost", host)
        if origin:
            set_field("cat", origin)
        for key, text in extension.items():
            if key in NOT_EXTENSION or text is None or text == "" or text == "-":
                continue
            key = RENAMED.get(key, key)
            if key in NUMBERS:
                text = int(text)
            elif text.__class__ is str:
                # It escapes line feeds only.
                text = text.replace("\r", "")
            set_field(key, text)
        return cef.build_cef()

    return convert


def main():
    convert = with_cefevent() if sys.argv[1] == "cefevent" else by_hand
    with open(sys.argv[2], encoding="utf-8") as file:
        records = file.read().splitlines()
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for line in map(convert, records):
        if line is not None:
            print(line)
    print(flush=True)
    for request in sys.stdin:
        passes = range(int(request))
        start = time.perf_counter_ns()
        for _ in passes:
            for record in records:
                convert(record)
        print(time.perf_counter_ns() - start, flush=True)


if __name__ == "__main__":
    main()
