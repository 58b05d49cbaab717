"""A small name server on loopback: TXT records of some names, over UDP, in dnspython's own messages."""

import socketserver
import threading
from collections import Counter
from types import TracebackType
from typing import Self

from dns import flags, message, name, rcode, rdatatype, rrset
from dns.resolver import Resolver


class DnsServer(socketserver.ThreadingUDPServer):
    """`records` are texts by name; a name above one that has some is there, too. A `silent` server says nothing."""

    daemon_threads = True

    def __init__(self, records: dict[str, list[str]], *, silent: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Question)
        self.records = {name.from_text(where): texts for where, texts in records.items()}
        self.silent = silent
        self.asked: Counter[str] = Counter()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def resolver(self) -> Resolver:
        """What asks this server and no other."""
        made = Resolver(configure=False)
        made.nameservers, made.port, made.timeout = ["127.0.0.1"], int(self.server_address[1]), 0.2
        return made

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Question(socketserver.DatagramRequestHandler):
    server: DnsServer

    def handle(self) -> None:
        query = message.from_wire(self.rfile.read())
        asked = query.question[0].name
        self.server.asked[str(asked)] += 1
        if not self.server.silent:
            self.wfile.write(self._answer(query, asked).to_wire())

    def finish(self) -> None:
        if not self.server.silent:
            super().finish()

    def _answer(self, query: message.Message, asked: name.Name) -> message.Message:
        answer = message.make_response(query)
        answer.flags |= flags.RA
        if texts := self.server.records.get(asked):
            quoted = [" ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200)) for text in texts]
            answer.answer.append(rrset.from_text_list(asked, 60, "IN", rdatatype.TXT, quoted))
        elif not any(known.is_subdomain(asked) for known in self.server.records):
            answer.set_rcode(rcode.NXDOMAIN)
        return answer
