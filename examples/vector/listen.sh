#!/bin/sh
# A copy of the filter for each connection, so that the messages of several appliances do not mix. `-0300` has no colon, as socat reads a colon as a separator.
exec socat -u TCP-LISTEN:5140,fork,reuseaddr \
    EXEC:'senhasegura-siem --plain --timezone=-0300 --received now --append --rejects /var/log/senhasegura-siem/rejected.ndjson'
