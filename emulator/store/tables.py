"""The tables of one world. A world is a database, so nothing here names a world.

They are in one long file so that all references between them can be seen at once.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from emulator.store.types import Instant, Json, Money

VERSION = 10
"""Raised by a release that changes the tables. A file from ``OLDEST_VERSION`` on is upgraded by
adding what it lacks, so a new column of an old table needs a ``server_default``."""
OLDEST_VERSION = 4
"""The version of the tables of 0.1.0, the first release."""
FIRST_SERVICE = 100_001
"""Some clients misread shorter numbers (docs/wire.md section 8.2)."""

PLANNED = "planned"
"""In the ``info`` of a column whose moment may be in the future: no record of what was done."""

HIDDEN = "hidden"
"""In the ``info`` of a column that nobody is shown."""

metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="", server_default="")


def _account() -> Column[int]:
    return Column("account_id", Integer, ForeignKey("account.id"), nullable=False)


world = Table(
    "world",
    metadata,
    _id(),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("made_from", Text, nullable=False),
    Column("country", Text),
    Column("currency", Text, nullable=False),
    Column("clock_mode", Text, nullable=False),
    Column("clock_offset", Integer, nullable=False, default=0),
    Column("clock_frozen_at", Instant, info={PLANNED: True}),
    Column("next_due_at", Instant, info={PLANNED: True}),
    Column("next_ready", Float),
    Column("catalogue_version", Integer, nullable=False, default=1),
    Column("rules", Json, nullable=False),
    Column("provisioning", Json, nullable=False),
    Column("created_at", Instant, nullable=False, info={PLANNED: True}),
    Column("faults_version", Integer, nullable=False, default=0, server_default="0"),
)

account = Table(
    "account",
    metadata,
    _id(),
    Column("login", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False, info={HIDDEN: True}),
    _text("realname"),
    _text("email"),
    _text("phone"),
    Column("country", Text),
    Column("currency", Text, nullable=False),
    Column("balance", Money, nullable=False),
    Column("credit", Money, nullable=False),
    Column("lang", Text, nullable=False, default="en", server_default="en"),
    Column("totp_secret", Text, info={HIDDEN: True}),
    Column("api_addresses", Json, nullable=False),
    Column("params", Json, nullable=False),
    Column("created_on", Date, nullable=False),
    Column("deletion", Text, nullable=False, default="allowed", server_default="allowed"),
    _text("login_state"),
    sqlite_autoincrement=True,
)
"""``login_state`` of its own login: empty, ``suspended`` or ``deleted``."""

login = Table(
    "login",
    metadata,
    _id(),
    _account(),
    Column("name", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False, info={HIDDEN: True}),
    _text("realname"),
    _text("email"),
    _text("phone"),
    Column("lang", Text, nullable=False, default="en", server_default="en"),
    Column("totp_secret", Text, info={HIDDEN: True}),
    Column("api_addresses", Json, nullable=False),
    Column("params", Json, nullable=False),
    Column("rights", Json),
    Column("suspended", Boolean, nullable=False, default=False, server_default="0"),
)
"""Further logins of accounts. ``rights``: what one may call, null for everything."""
Index("login_by_owner", login.c.account_id, login.c.id)

login_log = Table(
    "login_log",
    metadata,
    _id(),
    _account(),
    Column("at", Instant, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Who opened a session, and from where (``authlog``)."""
Index("login_log_by_owner", login_log.c.account_id, login_log.c.id)

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True, info={HIDDEN: True}),
    _account(),
    Column("used", Float, nullable=False),
    Column("address", Text, nullable=False),
    Column("pending_totp", Boolean, nullable=False),
    Column("filters", Json, nullable=False),
    Column("login_id", Integer),
    sqlite_with_rowid=False,
)

saved_filter = Table(
    "saved_filter",
    metadata,
    Column("login", Text, primary_key=True),
    Column("func", Text, primary_key=True),
    Column("fields", Json, nullable=False),
    sqlite_with_rowid=False,
)
"""What a login's lists are filtered by; ``func`` is the list."""

session_key = Table(
    "session_key",
    metadata,
    Column("digest", Text, primary_key=True, info={HIDDEN: True}),
    _account(),
    Column("made", Float, nullable=False),
)

login_failure = Table(
    "login_failure",
    metadata,
    Column("login", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last", Float, nullable=False),
    Column("locked_until", Float, nullable=False),
)

tariff = Table(
    "tariff",
    metadata,
    _id(),
    Column("type", Text, nullable=False),
    Column("intname", Text, nullable=False),
    Column("name", Json, nullable=False),
    Column("description", Json, nullable=False),
    Column("country", Text, nullable=False),
    Column("trial", Boolean, nullable=False),
    Column("trial_days", Integer, nullable=False),
    Column("retired_on", Date, info={PLANNED: True}),
    Column("change_to", Json, nullable=False),
    Column("position", Integer, nullable=False),
    Column("deletion", Text, nullable=False, default="at_once", server_default="at_once"),
    Column("least_months", Integer, nullable=False, default=0, server_default="0"),
    Column("takes_address", Boolean, nullable=False),
    Column("datacenters", Json, nullable=False),
    Column("options", Json, nullable=False),
    Column("most_at_once", Integer, nullable=False),
    Column("fits", Json, nullable=False),
)

product_type = Table(
    "product_type",
    metadata,
    Column("intname", Text, primary_key=True),
    Column("title", Json, nullable=False),
    Column("like", Text, nullable=False),
)
"""Types this world defines itself; each is ``like`` one that every world knows."""

partner = Table(
    "partner",
    metadata,
    Column("account_id", Integer, ForeignKey("account.id"), primary_key=True),
    Column("url", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("networks", Json, nullable=False),
)
"""Accounts whose own billing answers the panels of these networks."""

price = Table(
    "price",
    metadata,
    Column("tariff_id", Integer, ForeignKey("tariff.id"), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("period", Integer, primary_key=True),
    Column("cost", Money, nullable=False),
)

addon = Table(
    "addon",
    metadata,
    Column("tariff_id", Integer, ForeignKey("tariff.id"), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("intname", Text, nullable=False),
    Column("name", Json, nullable=False),
    Column("minimum", Integer, nullable=False),
    Column("maximum", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("standard", Integer, nullable=False),
    Column("included", Integer, nullable=False),
    Column("restrict_client_change", Text, nullable=False, default="off", server_default="off"),
    Column("kind", Text, nullable=False),
    Column("measure", Json, nullable=False),
    Column("items", Json, nullable=False),
)

addon_price = Table(
    "addon_price",
    metadata,
    Column("tariff_id", Integer, primary_key=True),
    Column("addon_id", Integer, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("period", Integer, primary_key=True),
    Column("cost", Money, nullable=False),
)

service = Table(
    "service",
    metadata,
    _id(),
    _account(),
    Column("type", Text, nullable=False),
    Column("tariff_id", Integer, ForeignKey("tariff.id"), nullable=False),
    Column("period", Integer, nullable=False),
    Column("autoprolong", Integer),
    Column("status", Integer, nullable=False),
    _text("substate"),
    Column("created_on", Date, nullable=False),
    Column("expires_on", Date, info={PLANNED: True}),
    Column("due_at", Instant, info={PLANNED: True}),
    _text("licname"),
    _text("ip"),
    _text("remoteip"),
    _text("remoteid"),
    _text("lickey"),
    Column("key_number", Integer, nullable=False, default=0, server_default="0"),
    Column("key_ready", Float),
    Column("key_reads", Integer),
    Column("ip_changed_on", Date),
    Column("key_changed_on", Date),
    Column("update_expires_on", Date, info={PLANNED: True}),
    Column("webdomains", Integer),
    Column("addons", Json, nullable=False),
    _text("comment"),
    Column("scheduled_close", Boolean, nullable=False, default=False, server_default="0"),
    Column("params", Json, nullable=False),
    Column("parent_id", Integer),
    sqlite_autoincrement=True,
)
# With the status, so that a list counts its rows without reading them.
Index(
    "service_in_lists",
    service.c.account_id,
    service.c.type,
    service.c.id,
    service.c.status,
)
Index("service_by_address", service.c.ip, service.c.tariff_id)
Index("service_by_remoteid", service.c.account_id, service.c.remoteid)
Index("service_by_due", service.c.due_at, service.c.id)
Index("service_by_ready", service.c.key_ready)
Index("service_by_parent", service.c.parent_id)

address = Table(
    "address",
    metadata,
    _id(),
    Column("service_id", Integer, ForeignKey("service.id"), nullable=False),
    Column("ip", Text, nullable=False),
    _text("domain"),
    Column("main", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""Addresses of servers. The address of a license is in its own row."""
Index("address_by_service", address.c.service_id, address.c.id)

dns_record = Table(
    "dns_record",
    metadata,
    _id(),
    Column("service_id", Integer, ForeignKey("service.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("ttl", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    sqlite_autoincrement=True,
)
Index("dns_record_by_service", dns_record.c.service_id, dns_record.c.id)

service_profile = Table(
    "service_profile",
    metadata,
    _id(),
    _account(),
    Column("fields", Json, nullable=False),
    sqlite_autoincrement=True,
)
"""Contacts for domain names."""
Index("service_profile_by_owner", service_profile.c.account_id, service_profile.c.id)

history = Table(
    "history",
    metadata,
    _id(),
    Column("service_id", Integer, ForeignKey("service.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("user", Text, nullable=False),
    Column("what", Text, nullable=False),
    _text("detail"),
    _text("ip"),
)
Index("history_by_service", history.c.service_id, history.c.id)

order = Table(
    "billorder",
    metadata,
    _id(),
    _account(),
    Column("state", Text, nullable=False),
    Column("promocode", Text),
    Column("created_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)
Index("order_by_owner", order.c.account_id, order.c.state, order.c.id)

order_item = Table(
    "order_item",
    metadata,
    _id(),
    Column("order_id", Integer, ForeignKey("billorder.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("service_id", Integer, ForeignKey("service.id"), nullable=False),
    Column("period", Integer, nullable=False),
    Column("cost", Money, nullable=False),
    Column("detail", Json, nullable=False),
    sqlite_autoincrement=True,
)
Index("order_item_by_order", order_item.c.order_id, order_item.c.id)
Index("order_item_by_service", order_item.c.service_id)

promo_code = Table(
    "promo_code",
    metadata,
    Column("code", Text, primary_key=True),
    Column("percent", Integer, nullable=False),
    Column("type", Text),
)

paymethod = Table(
    "paymethod",
    metadata,
    _id(),
    Column("name", Json, nullable=False),
    Column("kind", Text, nullable=False),
    Column("currency", Text),
    Column("minimum", Money, nullable=False),
    Column("maximum", Money, nullable=False),
)
"""How money comes in. ``kind``: ``card`` (a page to click through), ``transfer``, ``promise``."""

profile = Table(
    "profile",
    metadata,
    _id(),
    _account(),
    Column("profiletype", Integer, nullable=False),
    _text("name"),
    Column("fields", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)
Index("profile_by_owner", profile.c.account_id, profile.c.id)

discount = Table(
    "discount",
    metadata,
    _id(),
    _account(),
    Column("type", Text),
    Column("tariff_id", Integer, ForeignKey("tariff.id")),
    Column("percent", Integer, nullable=False),
    Column("name", Json, nullable=False),
)
"""A partner's discount on everything, on one product type, or on one tariff."""
Index("discount_by_owner", discount.c.account_id)

notification = Table(
    "notification",
    metadata,
    _id(),
    _account(),
    Column("service_id", Integer, ForeignKey("service.id")),
    Column("at", Instant, nullable=False),
    Column("what", Text, nullable=False),
    _text("detail"),
    Column("seen", Boolean, nullable=False, default=False, server_default="0"),
    sqlite_autoincrement=True,
)
Index("notification_by_owner", notification.c.account_id, notification.c.seen, notification.c.id)

ticket = Table(
    "ticket",
    metadata,
    _id(),
    _account(),
    Column("service_id", Integer, ForeignKey("service.id")),
    Column("subject", Text, nullable=False),
    Column("closed", Boolean, nullable=False, default=False, server_default="0"),
    Column("unread", Integer, nullable=False, default=0, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("department", Integer, nullable=False, default=1, server_default="1"),
    Column("by_client", Boolean, nullable=False, default=True, server_default="1"),
    Column("answer_at", Instant, info={PLANNED: True}),
    sqlite_autoincrement=True,
)
"""A conversation of a client with the seller; ``unread`` counts the seller's unseen messages.

``by_client``: whose the last message is; ``answer_at``: when the seller answers by a rule.
"""
Index("ticket_by_owner", ticket.c.account_id, ticket.c.id)
Index("ticket_by_answer", ticket.c.answer_at)

ticket_message = Table(
    "ticket_message",
    metadata,
    _id(),
    Column("ticket_id", Integer, ForeignKey("ticket.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_client", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    _text("author"),
)
Index("ticket_message_by_ticket", ticket_message.c.ticket_id, ticket_message.c.id)

payment = Table(
    "payment",
    metadata,
    _id(),
    _account(),
    Column("status", Integer, nullable=False),
    Column("amount", Money, nullable=False),
    Column("currency", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("paid_at", Instant),
    Column("order_id", Integer, ForeignKey("billorder.id")),
    Column("profile_id", Integer, ForeignKey("profile.id")),
    Column("token", Text, unique=True, info={HIDDEN: True}),
    _text("positions"),
    sqlite_autoincrement=True,
)
Index("payment_by_owner", payment.c.account_id, payment.c.id)

stored_method = Table(
    "stored_method",
    metadata,
    _id(),
    _account(),
    Column("payment_id", Integer, ForeignKey("payment.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("chosen", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""A way of paying that a payment stores once it is credited. ``chosen`` for automatic payments."""

expense = Table(
    "expense",
    metadata,
    _id(),
    _account(),
    Column("service_id", Integer, ForeignKey("service.id")),
    Column("at", Instant, nullable=False),
    Column("amount", Money, nullable=False),
    Column("discount", Money, nullable=False),
    Column("currency", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("name", Json, nullable=False),
    sqlite_autoincrement=True,
)
Index("expense_by_owner", expense.c.account_id, expense.c.id)
Index("expense_by_service", expense.c.service_id)

journal = Table(
    "journal",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("took_ms", Float, nullable=False),
    Column("login", Text),
    Column("address", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("func", Text, nullable=False),
    Column("out", Text, nullable=False),
    Column("error", Text),
    Column("total", Integer, nullable=False),
    Column("params", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("kind", Text, nullable=False, default="call", server_default="call"),
    Column("fault", Text),
    Column("repeated", Text, nullable=False, server_default="[]"),
    Column("unknown", Text, nullable=False, server_default="[]"),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("elapsed", Float, nullable=False, server_default="0"),
    Column("agent", Text, nullable=False, server_default=""),
    Column("changes", Text, nullable=False, server_default="[]"),
)
"""``kind``: ``call``, or ``happening`` for a due event. ``fault``: the faults that hit a call.
``elapsed``: real time in seconds, whatever the world's clock shows; 0 where it was not recorded.
``outcome``: empty for due events, and for calls from before it was recorded.
``agent``: the header ``User-Agent``. ``changes``: rows before and after, where the world's rules
want them."""

exercise = Table(
    "exercise",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Column("last_expense", Integer, nullable=False),
    Column("elapsed", Float, nullable=False),
    Column("password", Text, nullable=False, server_default="", info={HIDDEN: True}),
)
"""At most one row: the exercise that a trainee does in this world. ``since``, ``last_expense``: the
last entry of the journal and the last expense before it; ``elapsed``: when it began, in seconds of
real time; ``password``: of a trainee of a class, for the printed sheet; else empty."""

fault = Table(
    "fault",
    metadata,
    _id(),
    Column("rule", Json, nullable=False),
    Column("matched", Integer, nullable=False, default=0, server_default="0"),
    Column("struck", Integer, nullable=False, default=0, server_default="0"),
    Column("state", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

held_answer = Table(
    "held_answer",
    metadata,
    Column("token", Text, primary_key=True),
    Column("ready", Float, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Answers that faults hold for later: long requests, outdated lists."""
