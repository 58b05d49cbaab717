"""What leadnurture is compared with: the shortest program that sends the same letters, and remembers nothing.

`python -m benchmarks.plain_loop PORT LETTERS` sends every letter of a JSON Lines file over one connection.
"""

import json
import smtplib
import sys
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from pathlib import Path
from typing import Any


def send_all(port: int, letters: Path) -> None:
    """Send the letters in order, one after the other."""
    # Both are named here, or the standard library would ask the network what this computer is called.
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as server, letters.open(encoding="utf-8") as lines:
        for line in lines:
            server.send_message(_message(json.loads(line)))


def _message(letter: dict[str, Any]) -> EmailMessage:
    message = EmailMessage()
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain="hart.example")
    for name, value in letter["heads"].items():
        message[name] = value
    message.set_content(letter["plain"])
    message.add_alternative(letter["html"], subtype="html")
    return message


if __name__ == "__main__":
    send_all(int(sys.argv[1]), Path(sys.argv[2]))
