"""The life of a request, as plain calls in one place (docs/architecture.md tells it in words).

A call that looks is answered from one state of the rows and locks only to be journalled. One that
acts, or that finds something due, has the world's lock from its first read to the commit by which
its deed and its journal row become true; the handler stands in a savepoint, so that a refusal
undoes nothing else.
"""

from __future__ import annotations

import logging
import threading
import time

from emulator import events, faults, journal
from emulator.api.context import ActionResult, Call, LoggedIn, WriteNeeded
from emulator.api.registry import Function, Registry
from emulator.domain import lifecycle
from emulator.domain.accounts import sessions
from emulator.domain.accounts.accounts import PasswordCache
from emulator.domain.world import Shop
from emulator.domain.world import read as read_world
from emulator.errors import AccessDenied, ApiError, Missed, UnknownFunction
from emulator.store.engine import Database
from emulator.wire import auth, faulting, formats
from emulator.wire.answer import Writer, error_document
from emulator.wire.document import Document
from emulator.wire.exchange import InternalError, Reply, RequestContext, entry_of, format_of
from emulator.wire.faulting import FaultsPlanned
from emulator.wire.request import Request
from emulator.wire.spool import spooled
from emulator.worlds.worlds import WorldError, Worlds

LOG = logging.getLogger("mockseller")
WITHOUT_SECOND_FACTOR = frozenset({"totp.confirm", "logon", "auth"})
WITH_LAYOUT = frozenset({"json", "sjson", "xjson", "devel"})


class Endpoint:
    """Answers requests. One per process, shared by its threads; holds caches, no state."""

    def __init__(self, worlds: Worlds, registry: Registry, verified: PasswordCache) -> None:
        self._worlds = worlds
        self._registry = registry
        self._verified = verified
        # Threads are here for slow clients, not for speed: two of them at work in one process
        # only take the interpreter from each other while one holds the world's lock. And one at
        # a time can share a connection, whose pages are then in memory for the next.
        self._one_at_a_time = threading.Lock()
        self._writer = Writer()
        self._bounds = worlds.bounds

    def answer(self, request: Request) -> Reply:
        """One request, answered."""
        started = time.perf_counter()
        chosen = formats.choose(request.params.get("out"), request.params.get("sfrom"))
        brought = auth.credentials(request)
        name, login = auth.world_of(self._worlds, request, brought)
        turn = RequestContext(request, chosen or formats.XML, brought, login, started)
        try:
            turn.format = format_of(chosen, request)
            try:
                with self._one_at_a_time:
                    return self._in_world(turn, name)
            except FaultsPlanned:
                return self._under_faults(turn, name)
        except WorldError:
            return self._refused(turn, Missed("world", name))
        except ApiError as refusal:
            return self._refused(turn, refusal)
        except Exception:
            LOG.exception("func=%s failed", request.func)
            return self._refused(turn, InternalError())

    def allows_origin(self, request: Request) -> bool:
        """Whether a web page of this origin may read our answers (docs/evidence.md 27)."""
        name, _ = auth.world_of(self._worlds, request, auth.credentials(request))
        try:
            with self._one_at_a_time:
                allowed = read_world(self._worlds.connect(name)).rules.allowed_origins
        except WorldError:
            return False
        return request.origin in allowed or "*" in allowed

    def _under_faults(self, turn: RequestContext, name: str) -> Reply:
        """The same in a world where faults are planned. No lock is held while one waits."""
        machine = self._worlds.machine
        with self._one_at_a_time:
            self._count(turn, name)
        machine.wait(faulting.wait(turn, "before"))
        with self._one_at_a_time:
            if not turn.struck:
                return self._in_world(turn, name)
            reply = self._instead(turn, name) or self._held_back(turn, name)
        machine.wait(faulting.wait(turn, "after"))
        return faulting.spoiled(turn, reply)

    def _held_back(self, turn: RequestContext, name: str) -> Reply:
        """The call's own answer, kept in the world where a fault wants it later."""
        reply = self._in_world(turn, name).whole()
        looks = self._looks(turn)
        if faulting.holds_back(turn, looks=looks):
            elapsed = self._worlds.machine.elapsed()
            with self._worlds.locked(name) as db, db.writing():
                reply = faulting.kept(turn, db, name, reply, elapsed, looks=looks)
        return reply

    def _looks(self, turn: RequestContext) -> bool:
        function = self._registry.find(turn.request.func)
        return function is not None and not function.chosen(turn.request.params)[1]

    def _count(self, turn: RequestContext, name: str) -> None:
        """Which faults hit this call. The count stands whatever becomes of the call."""
        turn.struck = ()
        func = turn.request.func
        db = self._worlds.connect(name)
        with db.reading():
            self._ask(turn, db)
            if not faults.matching(db, func, turn.who):
                return
        with self._worlds.locked(name) as db, db.writing():
            turn.struck = faults.strike(db, func, turn.who, self._worlds.machine.elapsed())

    def _instead(self, turn: RequestContext, name: str) -> Reply | None:
        """What a fault answers in place of the call, journalled like any answer."""
        with self._worlds.locked(name) as db, db.writing():
            reply = faulting.instead(turn, db, looks=self._looks(turn))
            if reply is not None:
                shop = self._ask(turn, db)
                self._write_down(turn, db, entry_of(turn, shop, reply.body, self._bounds.body))
        return reply

    def held(self, token: str) -> Reply:
        """What waits behind the link of a long request: the answer, or the link once more."""
        with self._one_at_a_time:
            try:
                kept = faults.held(self._worlds.connect(token.rpartition("-")[0]), token)
            except WorldError:
                kept = None
        if kept is None:
            document = error_document(Missed("long", token), "", "en")
            return Reply(formats.XML.content_type, formats.XML.render(document))
        ready, content_type, body = kept
        if self._worlds.machine.elapsed() < ready:
            return faulting.waiting(token)
        return Reply(content_type, body)

    def _in_world(self, turn: RequestContext, name: str) -> Reply:
        function = self._registry.find(turn.request.func)
        if function is None or not function.chosen(turn.request.params)[1]:
            try:
                return self._look(turn, function, self._worlds.connect(name))
            except WriteNeeded:
                pass
        with self._worlds.locked(name) as db:
            return self._act(turn, function, db)

    def _look(self, turn: RequestContext, function: Function | None, db: Database) -> Reply:
        with db.reading():
            shop = self._ask(turn, db)
            if lifecycle.is_due(shop):
                raise WriteNeeded
            function = function or self._own(turn, shop)
            document = self._perform(turn, function, shop, writing=False)
            if turn.failed_login:
                raise WriteNeeded
        reply = self._reply(turn, document)
        entry = entry_of(turn, shop, reply.body, self._bounds.body)
        with db.locked():
            # One insert, which commits itself: three calls fewer in which another thread could
            # take the interpreter from us.
            self._write_down(turn, db, entry)
        return reply

    def _act(self, turn: RequestContext, function: Function | None, db: Database) -> Reply:
        while True:
            with db.writing():
                shop = self._ask(turn, db)
                if lifecycle.is_due(shop):
                    events.catch_up(shop, self._bounds)  # one batch, committed; then ask again
                    continue
                types = shop.catalogue.types
                function = function or self._registry.find_own(turn.request.func, types)
                document = self._perform(turn, function, shop, writing=True)
                if turn.failed_login:
                    at = shop.machine.elapsed()
                    sessions.failed(db, turn.failed_login, turn.request.address, at)
                reply = self._reply(turn, document)
                self._write_down(turn, db, entry_of(turn, shop, reply.body, self._bounds.body))
            return reply

    def _own(self, turn: RequestContext, shop: Shop) -> Function | None:
        """A function of a product type that this world defines itself; one that acts locks."""
        function = self._registry.find_own(turn.request.func, shop.catalogue.types)
        if function is not None and function.chosen(turn.request.params)[1]:
            raise WriteNeeded
        return function

    def _ask(self, turn: RequestContext, db: Database) -> Shop:
        machine = self._worlds.machine
        turn.asker = auth.who_asks(
            db, turn.request, turn.brought, turn.login, self._verified, machine.elapsed()
        )
        if turn.struck is None and turn.asker.world.faults_version:
            raise FaultsPlanned
        shop = self._worlds.shop(db, turn.asker.world)
        return faulting.without_key(turn, shop) if turn.struck else shop

    def _perform(
        self, turn: RequestContext, function: Function | None, shop: Shop, *, writing: bool
    ) -> Document:
        """The document of this call; a refusal is one too, and leaves nothing behind."""
        lang = turn.language
        turn.error, turn.session_id = None, ""
        try:
            if not writing:
                return self._run(turn, function, shop, lang, writing=False)
            with shop.db.savepoint():
                return self._run(turn, function, shop, lang, writing=True)
        except ApiError as refusal:
            turn.error = refusal
            return error_document(refusal, turn.request.func, lang)

    def _run(
        self,
        turn: RequestContext,
        function: Function | None,
        shop: Shop,
        lang: str,
        *,
        writing: bool,
    ) -> Document:
        request, asker = turn.request, turn.asker
        if request.refused is not None:
            raise request.refused
        if asker is not None and asker.refusal is not None:
            raise asker.refusal
        planned = faulting.refusal(turn, "before") if turn.struck else None
        if planned is not None:
            raise planned
        if function is None:
            raise UnknownFunction(request.func)
        account = asker.account if asker else None
        call = turn.call = Call(
            shop,
            request.func,
            request.params,
            lang,
            request.address,
            account,
            asker.session if asker else None,
            writing,
        )
        function = self._step(function, request, shop)
        self._admit(call, function)
        pending = call.session is not None and call.session.pending_totp
        answer: object
        if pending and function.name not in WITHOUT_SECOND_FACTOR:
            answer = ActionResult(ok="func=totp.confirm")
        else:
            answer = self._handled(call, function)
        if isinstance(answer, LoggedIn):
            turn.session_id = answer.session_id
        layout = turn.format.name in WITH_LAYOUT
        return self._writer.document(function, answer, request, lang, layout=layout)

    def _step(self, function: Function, request: Request, shop: Shop) -> Function:
        """A wizard's ``snext`` shows the next step instead of the one named."""
        asks_next = function.next_step and "snext" in request.params
        return self._registry.following(function, shop.catalogue.types) if asks_next else function

    def _admit(self, call: Call, function: Function) -> None:
        open_here = function.public or (function.is_public is not None and function.is_public(call))
        if call.account is None and not open_here:
            raise AccessDenied(call.func)

    def _handled(self, call: Call, function: Function) -> object:
        handler, commits = function.chosen(call.params)
        values = function.takes.read(call.params, submit=commits)
        if not function.elids:
            return handler(call, **values)
        answer: object = None
        for elid in values.pop(function.elids):
            answer = handler(call, elid, **values)
        return answer

    def _write_down(self, turn: RequestContext, db: Database, entry: journal.Entry) -> None:
        session = turn.asker.session if turn.asker else None
        if session is not None:
            elapsed = self._worlds.machine.elapsed()
            if elapsed - session.used > sessions.TOUCH:
                sessions.touch(db, session.id, elapsed)
        journal.write(db, entry, self._bounds)

    def _refused(self, turn: RequestContext, refusal: ApiError) -> Reply:
        """A refusal that no world could journal."""
        document = error_document(refusal, turn.request.func, turn.language)
        return Reply(turn.format.content_type, turn.format.render(document))

    def _reply(self, turn: RequestContext, document: Document) -> Reply:
        """What goes back; of a streamed answer ``body`` is the beginning only."""
        form = turn.format
        if document.stream is not None:
            pieces = form.pieces
            written = pieces(document) if pieces else [form.render(document.collected())]
            return spooled(form.content_type, written, self._bounds.body)
        headers = {}
        if turn.session_id:
            headers["Set-Cookie"] = f"billmgrses5={turn.session_id}; Path=/; HttpOnly; SameSite=Lax"
        return Reply(form.content_type, form.render(document), headers)
