"""The life of a request, from what was sent to what goes back, in the order in which it happens.

A call that only reads is answered from one state of the rows and locks only to be journalled. One
that writes, or that finds an event due, holds the world's lock from its first read to the commit
that makes its changes and its journal row true; the handler runs in a savepoint, so that a refusal
undoes nothing else. docs/architecture.md describes the same in prose.
"""

from __future__ import annotations

import enum
import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from emulator import events, faults, journal
from emulator.api.answered_call import AnsweredCall, Observer
from emulator.api.context import ActionResult, Call, LoggedIn, NeedsWrite
from emulator.api.registry import DeclarationError, Function, Kind, Registry
from emulator.api.reply import Reply
from emulator.domain import lifecycle
from emulator.domain.accounts import sessions
from emulator.domain.accounts.accounts import PasswordCache
from emulator.domain.accounts.logins import Login
from emulator.domain.world import Generation, Rules, Shop, WorldRow
from emulator.domain.world import read as read_world
from emulator.errors import (
    AccessDenied,
    ApiError,
    BadValue,
    InternalError,
    Missed,
    UnknownFunction,
)
from emulator.faults import FaultedCall, FaultHit, held_answers
from emulator.store.engine import Database, is_storage_error
from emulator.store.row_changes import RowChange
from emulator.texts import LANGUAGES
from emulator.wire import auth, formats, outcomes
from emulator.wire.answer import Writer, error_document
from emulator.wire.auth import Caller, Credentials
from emulator.wire.document import Document
from emulator.wire.formats import Format
from emulator.wire.request import Request
from emulator.worlds.worlds import WorldError, Worlds

LOG = logging.getLogger("mockseller")
WITHOUT_SECOND_FACTOR = frozenset({"totp.confirm", "logon", "auth"})
BUTTONS_OF_STEPS = frozenset({"next", "back"})
WITH_LAYOUT = frozenset({"json", "sjson", "xjson", "devel", "ajax"})


class RequestContext(NamedTuple):
    """What is known of a request before its world is read. Nothing in it changes afterwards.

    A NamedTuple, as the two classes below: frozen dataclasses take four times as long to create.

    ``world`` name of the world; ``login`` the login sent, without a world's name in it; ``hits``
    the faults that hit this call, None while they have not been counted.
    """

    request: Request
    format: Format
    credentials: Credentials
    world: str
    login: str
    started: float
    hits: tuple[FaultHit, ...] | None = None
    planned_refusal: ApiError | None = None
    """What a fault refuses the call with."""

    def language(self, caller: Caller | None) -> str:
        """The language asked for, else the account's, else English."""
        lang = self.request.params.get("lang", "")
        if lang in LANGUAGES:
            return lang
        login = caller.login if caller else None
        return login.lang if login and login.lang in LANGUAGES else "en"

    def login_of(self, caller: Caller) -> str:
        """The login that calls, or that was tried."""
        return caller.account.login if caller.account else self.login


class Outcome(NamedTuple):
    """What a handler's answer, or a refusal, became; and what the journal and the client need."""

    document: Document
    error: ApiError | None = None
    session_id: str = ""
    """A session that was opened: it is set as a cookie."""
    secrets: Sequence[str] = ()
    """Values the journal masks, beside those among the parameters."""
    effect: str = journal.NOT_DONE
    """What became of the call, as the journal has it."""


class Answered(NamedTuple):
    """A call that was answered, journalled and committed."""

    reply: Reply
    caller: Caller
    failed: bool
    outcome: str
    """As in the journal."""
    lock_wait: float = 0.0
    """Seconds that it waited for the lock of its world."""

    @property
    def login(self) -> str | None:
        """The login of the account that called, or None."""
        return self.caller.account.login if self.caller.account else None


class Unjournalled(NamedTuple):
    """A refusal that no world could journal."""

    reply: Reply
    outcome: str
    login: None = None
    lock_wait: float = 0.0


class Next(enum.Enum):
    """What has to be done before a call can be answered. Nothing was written so far."""

    WRITE = "take the world's lock and start again"
    COUNT_FAULTS = "count the call with the faults planned in its world and start again"


class Pipeline:
    """Answers requests. One per process, shared by its threads; holds caches, no state."""

    def __init__(
        self,
        worlds: Worlds,
        registry: Registry,
        passwords: PasswordCache,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._worlds = worlds
        self._observers = observers
        self._registry = registry
        self._passwords = passwords
        # Threads are here for slow clients, not for speed: two of them at work in one process
        # only take the interpreter from each other while one holds the world's lock. And one at
        # a time can share a connection, whose pages are then in memory for the next.
        self._one_at_a_time = threading.Lock()
        self._writer = Writer()
        self._bounds = worlds.bounds

    def answer(self, request: Request) -> Reply:
        """The answer to one request. Whatever goes wrong becomes an error document."""
        started = time.perf_counter()
        credentials = auth.read_credentials(request)
        world, login = auth.find_world(self._worlds, request, credentials)
        answered = self._answered(request, credentials, world, login, started)
        for observe in self._observers:
            observe(
                AnsweredCall(
                    answered.reply,
                    request.func,
                    world,
                    answered.login,
                    answered.outcome,
                    time.perf_counter() - started,
                    answered.lock_wait,
                )
            )
        return answered.reply

    def _answered(
        self, request: Request, credentials: Credentials, world: str, login: str, started: float
    ) -> Answered | Unjournalled:
        chosen = formats.choose(request.params.get("out"), request.params.get("sfrom"))
        format_ = formats.XML if chosen is None else chosen
        try:
            format_ = _format_of(chosen, request)
            context = RequestContext(request, format_, credentials, world, login, started)
            with self._one_at_a_time:
                answered = self._in_world(context)
            return self._under_faults(context) if isinstance(answered, Next) else answered
        except WorldError:
            return _unjournalled(Missed("world", world), request, format_)
        except ApiError as refusal:
            return _unjournalled(refusal, request, format_)
        except Exception as error:
            if is_storage_error(error):  # one line: a traceback says no more about a full disk
                LOG.error('the world "%s": %s; func=%s was not done', world, error, request.func)  # noqa: TRY400
            else:
                LOG.exception("func=%s failed", request.func)
            return _unjournalled(InternalError(), request, format_)

    # In the world: read, or take the lock and write.

    def _in_world(self, context: RequestContext) -> Answered | Next:
        """Answers a call. Returns Next.COUNT_FAULTS only while its faults are not counted."""
        function = self._registry.find(context.request.func)
        if function is None or not function.writes(context.request.params):
            answered = self._read(context, function)
            if answered is not Next.WRITE:
                return answered
        begun = time.perf_counter()
        with self._worlds.locked(context.world) as db:
            return self._write(context, function, db, time.perf_counter() - begun)

    def _read(self, context: RequestContext, function: Function | None) -> Answered | Next:
        request, db = context.request, self._worlds.connect(context.world)
        with db.reading():
            caller = self._caller(context, db)
            if context.hits is None and _has_faults(request, caller.world):
                return Next.COUNT_FAULTS
            shop = self._shop(context, db, caller)
            if lifecycle.is_due(shop):
                return Next.WRITE
            if shop.catalogue.types:
                function = self._registry.find_in(request.func, shop.catalogue.types)
                if function is not None and function.writes(request.params):
                    return Next.WRITE
            outcome = self._outcome(context, caller, shop, function, writing=False)
            if isinstance(outcome, Next):
                return outcome
            if outcome.error is not None and outcome.error.login:
                return Next.WRITE  # a failed login is counted
        reply = self._reply(context, caller, outcome)
        entry = self._entry(context, caller, shop, reply, outcome)
        with db.locked():
            # One insert, which commits itself: three calls fewer in which another thread could
            # take the interpreter from us.
            self._record(caller, db, entry)
        return Answered(reply, caller, outcome.error is not None, outcome.effect)

    def _write(
        self, context: RequestContext, function: Function | None, db: Database, waited: float
    ) -> Answered | Next:
        request = context.request
        while True:
            with db.writing():
                caller = self._caller(context, db)
                if context.hits is None and _has_faults(request, caller.world):
                    return Next.COUNT_FAULTS
                shop = self._shop(context, db, caller)
                if lifecycle.is_due(shop):
                    events.catch_up(shop, self._bounds)  # one batch, committed; then look again
                    continue
                if shop.catalogue.types:
                    function = self._registry.find_in(request.func, shop.catalogue.types)
                recording = db.recording() if shop.world.rules.row_changes else nullcontext([])
                with recording as changes:
                    outcome = self._outcome(context, caller, shop, function, writing=True)
                if isinstance(outcome, Next):
                    raise DeclarationError(f"{request.func}: asks for the lock that it has")
                if outcome.error is not None and outcome.error.login:
                    at = shop.system_clock.elapsed()
                    sessions.record_failure(db, outcome.error.login, request.address, at)
                reply = self._reply(context, caller, outcome)
                if outcome.error is not None:
                    changes = []  # they were undone
                entry = self._entry(context, caller, shop, reply, outcome, changes)
                self._record(caller, db, entry)
            return Answered(reply, caller, outcome.error is not None, outcome.effect, waited)

    def _caller(self, context: RequestContext, db: Database) -> Caller:
        elapsed = self._worlds.system_clock.elapsed()
        return auth.identify_caller(
            db, context.request, context.credentials, context.login, self._passwords, elapsed
        )

    def _shop(self, context: RequestContext, db: Database, caller: Caller) -> Shop:
        shop = self._worlds.shop(db, caller.world)
        for hit in context.hits or ():
            shop = hit.kind.prepare(shop)
        shop.address = context.request.address
        return shop

    # The function: refuse, or ask its handler.

    def _outcome(
        self,
        context: RequestContext,
        caller: Caller,
        shop: Shop,
        function: Function | None,
        *,
        writing: bool,
    ) -> Outcome | Next:
        """The document of this call; of a refused one nothing that was written remains."""
        request, lang = context.request, context.language(caller)
        refusal = request.refused or caller.refusal or context.planned_refusal
        generation = shop.world.rules.generation
        if function is not None and function.generation not in {None, generation}:
            function = None
        if function is None or refusal is not None:
            refusal = refusal or UnknownFunction(request.func)
            document = _refusal(context, refusal, lang, generation)
            return Outcome(document, refusal, effect=outcomes.of_refusal(refusal))
        call = Call(
            shop,
            request.func,
            request.params,
            lang,
            request.address,
            caller.account,
            caller.session,
            writing,
            function.takes,
            function.returns,
            login=caller.login,
        )
        try:
            if not writing:
                return self._run(context, function, call)
            with shop.db.savepoint():
                return self._run(context, function, call)
        except ApiError as error:
            document = _refusal(context, error, lang, generation)
            effect = outcomes.of_refusal(error)
            return Outcome(document, error, secrets=call.secrets, effect=effect)

    def _run(self, context: RequestContext, function: Function, call: Call) -> Outcome | Next:
        """Asks the handler. Raises the ApiError with which it refuses."""
        function = self._step(function, call)
        if call.account is None and not _is_public(function, call):
            raise AccessDenied(call.func)
        if call.login is not None and not _may_call(call.login, function, call):
            raise AccessDenied(call.func)
        answer: object
        effect = journal.NOT_DONE
        pending = call.session is not None and call.session.pending_totp
        if pending and function.name not in WITHOUT_SECOND_FACTOR:
            answer = ActionResult(ok="func=totp.confirm")
        else:
            before = call.shop.db.changes
            answer, submitted = _handled(function, call)
            changes = call.shop.db.changes - before
            effect = outcomes.of_answer(answer, call.shop, submitted=submitted, changes=changes)
        if isinstance(answer, NeedsWrite):
            return Next.WRITE
        document = self._writer.document(
            function,
            answer,
            context.request,
            call.lang,
            call.shop.world.rules.generation,
            layout=_written_in(context, call.shop.world.rules).name in WITH_LAYOUT,
        )
        session_id = answer.session_id if isinstance(answer, LoggedIn) else ""
        return Outcome(document, None, session_id, call.secrets, effect)

    def _step(self, function: Function, call: Call) -> Function:
        """The step of a wizard that answers, where another one than the one that was named does."""
        types = call.shop.catalogue.types
        if function.next_step and call.params.get("snext"):
            # A wizard's ``snext`` shows the next step instead of the one named.
            function = self._registry.following(function, types)
            if function.next_step and call.params.get("pricelist"):  # chosen before
                function = self._registry.following(function, types)
        elif _is_whole_order(function, call.params):
            function = self._registry.following(function, types)
        return function

    # The answer: render and record.

    def _reply(self, context: RequestContext, caller: Caller, outcome: Outcome) -> Reply:
        """What goes back; of a streamed answer ``body`` is the beginning only."""
        form, document = _written_in(context, caller.world.rules), outcome.document
        if document.stream is not None:
            pieces = form.pieces
            written = pieces(document) if pieces else [form.render(document.collected())]
            return Reply.streamed(form.content_type, written, self._bounds.body)
        headers = {}
        if outcome.session_id:
            cookie = f"billmgrses5={outcome.session_id}; Path=/; HttpOnly; SameSite=Lax"
            headers["Set-Cookie"] = cookie
        return Reply(form.content_type, form.render(document), headers)

    def _entry(
        self,
        context: RequestContext,
        caller: Caller,
        shop: Shop,
        reply: Reply,
        outcome: Outcome | None = None,
        changes: Sequence[RowChange] = (),
    ) -> journal.Entry:
        """The journal's row, secrets masked. Without an ``outcome`` a fault answered instead."""
        request, most = context.request, self._bounds.body
        error = outcome.error if outcome else None
        secrets = journal.secrets_in(request.params)
        if outcome:
            secrets += outcome.secrets
        return journal.Entry(
            at=shop.now,
            took_ms=round((time.perf_counter() - context.started) * 1000, 3),
            login=caller.account.login if caller.account else None,
            address=request.address,
            method=request.method,
            path=request.path,
            func=request.func[:200],
            out=context.format.name,
            error=None if error is None else f"{error.type}/{error.object}",
            params=journal.masked_params(request.params, most),
            answer=journal.masked_text(reply.body.decode("utf-8", "replace"), secrets, most),
            fault=", ".join(map(str, context.hits)) if context.hits else None,
            repeated=journal.listed(request.repeated),
            unknown=journal.listed(self._unknown(request)),
            outcome=outcome.effect if outcome else journal.NOT_DONE,
            elapsed=self._worlds.system_clock.elapsed(),
            agent=journal.masked_text(request.agent, secrets, journal.LONGEST_AGENT),
            changes=journal.masked_changes(changes, secrets, most),
        )

    def _unknown(self, request: Request) -> list[str]:
        if request.func.endswith(".filter"):
            return []  # what its list does not know is refused
        return self._registry.unknown(request.params)

    def _record(self, caller: Caller, db: Database, entry: journal.Entry) -> None:
        session = caller.session
        if session is not None:
            elapsed = self._worlds.system_clock.elapsed()
            if elapsed - session.used > sessions.TOUCH:
                sessions.touch(db, session.id, elapsed)
        journal.write(db, entry, self._bounds)

    # The same in a world where faults are planned. No lock is held while a client waits.

    def _under_faults(self, context: RequestContext) -> Answered:
        with self._one_at_a_time:
            context = context._replace(hits=self._count(context))
        self._worlds.system_clock.wait(_waiting(context, "before"))
        with self._one_at_a_time:
            answered = self._replaced_or_stored(context)
        self._worlds.system_clock.wait(_waiting(context, "after"))
        db, reply = self._worlds.connect(context.world), answered.reply
        for hit in faults.innermost_first(context.hits or ()):
            if hit.when == "after":
                reply = hit.kind.after(self._faulted(context, hit, answered.caller, db), reply)
        return answered._replace(reply=reply)

    def _count(self, context: RequestContext) -> tuple[FaultHit, ...]:
        """Which faults hit this call. The count stands whatever becomes of the call."""
        func, db = context.request.func, self._worlds.connect(context.world)
        with db.reading():
            caller = self._caller(context, db)
            login = context.login_of(caller)
            rules = caller.world.rules
            magic = faults.find_magic(func, context.request.params) if rules.magic_values else ()
            if not faults.match_any(db, func, login):
                return magic
        with self._worlds.locked(context.world) as db, db.writing():
            elapsed = self._worlds.system_clock.elapsed()
            return faults.count_call(db, func, login, elapsed, context.request.agent) + magic

    def _replaced_or_stored(self, context: RequestContext) -> Answered:
        """The call with a fault's reply, or with its own, stored where a fault wants it later."""
        if any(hit.when == "before" for hit in context.hits or ()):
            with self._worlds.locked(context.world) as db, db.writing():
                caller = self._caller(context, db)
                before = list(self._before(context, caller, db))
                for reply in before:
                    if isinstance(reply, Reply):
                        shop = self._shop(context, db, caller)
                        self._record(caller, db, self._entry(context, caller, shop, reply))
                        return Answered(reply, caller, failed=False, outcome=journal.NOT_DONE)
            refusals = [refusal for refusal in before if isinstance(refusal, ApiError)]
            context = context._replace(planned_refusal=refusals[0] if refusals else None)
        answered = self._in_world(context)
        assert not isinstance(answered, Next)  # noqa: S101 - its faults are counted
        return answered._replace(reply=self._stored(context, answered))

    def _before(
        self, context: RequestContext, caller: Caller, db: Database
    ) -> Iterator[Reply | ApiError | None]:
        for hit in faults.outermost_first(context.hits or ()):
            if hit.when == "before":
                yield hit.kind.before(self._faulted(context, hit, caller, db))

    def _stored(self, context: RequestContext, answered: Answered) -> Reply:
        if not context.hits:
            return answered.reply
        reply = answered.reply.in_memory()
        keeping = [hit for hit in faults.innermost_first(context.hits) if hit.kind.keeps_answers]
        if keeping:
            with self._worlds.locked(context.world) as db, db.writing():
                for hit in keeping:
                    call = self._faulted(context, hit, answered.caller, db, failed=answered.failed)
                    reply = hit.kind.keep(call, reply)
        return reply

    def _faulted(
        self,
        context: RequestContext,
        hit: FaultHit,
        caller: Caller,
        db: Database,
        *,
        failed: bool = False,
    ) -> FaultedCall:
        request = context.request
        function = self._registry.find(request.func)
        pending = caller.session is not None and caller.session.pending_totp
        lang = context.language(caller)
        return FaultedCall(
            fault=hit.fault,
            hit_number=hit.number,
            db=db,
            world=context.world,
            login=context.login_of(caller),
            params=request.params,
            reads=function is not None and not function.writes(request.params),
            accepted=caller.refusal is None and not pending,
            failed=failed,
            elapsed=self._worlds.system_clock.elapsed(),
            content_type=_written_in(context, caller.world.rules).content_type,
            error_body=lambda error: _written_in(context, caller.world.rules).render(
                _refusal(context, error, lang, caller.world.rules.generation)
            ),
        )

    # Beside the calls themselves.

    def long_answer(self, token: str) -> Reply:
        """What is behind the link of a long request: the answer, or the waiting page again."""
        with self._one_at_a_time:
            try:
                db = self._worlds.connect(token.rpartition("-")[0])
                answer = held_answers.find(db, token)
            except WorldError:
                answer = None
        if answer is None:
            document = error_document(Missed("long", token), "", "en")
            return Reply(formats.XML.content_type, formats.XML.render(document))
        if self._worlds.system_clock.elapsed() < answer.ready:
            return faults.waiting_page(token)
        return Reply(answer.content_type, answer.body)

    def allows_origin(self, request: Request) -> bool:
        """Whether a web page of this origin may read our answers (docs/evidence.md 27)."""
        name, _ = auth.find_world(self._worlds, request, auth.read_credentials(request))
        try:
            with self._one_at_a_time:
                allowed = read_world(self._worlds.connect(name)).rules.allowed_origins
        except WorldError:
            return False
        return request.origin in allowed or "*" in allowed


def _format_of(chosen: Format | None, request: Request) -> Format:
    """The format, wrapped for JSONP where a callback is named. Raises BadValue."""
    if chosen is None:
        raise BadValue("out", request.params["out"])
    if chosen is formats.XML and request.params.get("show_metadata") == "on":
        chosen = formats.FORMATS["devel"]
    callback = request.params.get("callback")
    if not callback:
        return chosen
    try:
        return formats.with_callback(chosen, callback)
    except ValueError:
        raise BadValue("callback", callback) from None


def _written_in(context: RequestContext, rules: Rules) -> Format:
    """The format of the call, as its world has it where none is named, and with its letters."""
    chosen = context.format
    if chosen is formats.XML and not context.request.params.get("out"):
        chosen = formats.FORMATS[rules.answer_without_out]
    return chosen if rules.xml_letters == "raw" else formats.with_references(chosen)


def _refusal(
    context: RequestContext, error: ApiError, lang: str, generation: Generation
) -> Document:
    in_xml = context.format.content_type == formats.XML_TYPE
    return error_document(error, context.request.func, lang, generation, in_xml=in_xml)


def _unjournalled(refusal: ApiError, request: Request, format_: Format) -> Unjournalled:
    """A refusal in the language asked for, else in English."""
    lang = request.params.get("lang", "")
    document = error_document(refusal, request.func, lang if lang in LANGUAGES else "en")
    reply = Reply(format_.content_type, format_.render(document))
    return Unjournalled(reply, outcomes.of_refusal(refusal))


def _may_call(login: Login, function: Function, call: Call) -> bool:
    """Whether the rights of the login have the function, and what it applies to a group."""
    names = [function.name]
    if function.name == "groupedit":
        names.append(call.params.get("faction", ""))
    return _is_public(function, call) or all(map(login.may_call, names))


def _is_public(function: Function, call: Call) -> bool:
    return function.public or (function.is_public is not None and function.is_public(call))


def _sent(function: Function, call: Call) -> Mapping[str, str]:
    """What was sent; a list inside an object is also found by ``plid``, which it shows itself."""
    parent = call.params.get("plid")
    if function.kind is not Kind.LISTING or not parent or call.params.get("elid"):
        return call.params
    return {**call.params, "elid": parent}


def _is_whole_order(function: Function, params: Mapping[str, str]) -> bool:
    """Whether the entry of an order was sent with what its last step takes.

    One client orders so and reads the number of the order (docs/evidence.md 167).
    """
    return (
        function.next_step == f"{function.name}.param"
        and all(params.get(name) for name in ("sok", "pricelist", "period"))
        and not params.get("sv_field")
        and params.get("clicked_button") not in BUTTONS_OF_STEPS
    )


def _handled(function: Function, call: Call) -> tuple[object, bool]:
    """The handler's answer, of one that takes several elements the answer for the last.

    And whether it is a handler that writes.
    """
    handler, commits = function.chosen(call.params)
    only_null = call.shop.world.rules.autoprolong_off == "null"
    values = function.takes.read(_sent(function, call), submit=commits, only_null=only_null)
    if not function.elids:
        return handler(call, **values), commits
    answer: object = None
    for elid in values.pop(function.elids):
        answer = handler(call, elid, **values)
    return answer, commits


def _has_faults(request: Request, world: WorldRow) -> bool:
    """Whether a fault may hit the call: one that is planned, or one of a magic value."""
    if world.faults_version:
        return True
    return world.rules.magic_values and bool(faults.find_magic(request.func, request.params))


def _waiting(context: RequestContext, when: str) -> float:
    return sum(hit.kind.wait() for hit in context.hits or () if hit.when == when)
