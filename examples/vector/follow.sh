#!/bin/sh
# Vector ends this shell only: `--pid` lets tail end with it, and then the filter.
tail -n 0 -F --pid=$$ /var/log/senhasegura/events.ndjson |
    senhasegura-siem --timezone=-03:00 --append --rejects /var/log/senhasegura-siem/rejected.ndjson
