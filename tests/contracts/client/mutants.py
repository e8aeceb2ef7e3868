"""Clients that are bad on purpose: each does one thing wrong, and is fine in everything else."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.checks.client.adapter.common import Adapter
from contracts.checks.client.products import LICENSES, MODULES, SERVICES
from tests.contracts.client.bad_answers import (
    BelievesContentType,
    LetsBothRenew,
    ReadsOneEnd,
    SessionInAddress,
    TakesAPage,
    TakesNothing,
)
from tests.contracts.client.bad_habits import (
    BelievesTheMark,
    BlamesTheLine,
    CountsItsOwnMonths,
    DecidesByText,
    ForgetsTheBasket,
    HammersASuspendedLogin,
    HammersTheGuard,
    HammersTheLock,
    IgnoresInnerDoc,
    IsImpatient,
    LogsInForEver,
    LooksAtEach,
    MovesAgain,
    NeedsANumber,
    NeverLooks,
    OnlyWaits,
    OrdersAgainAfterAPage,
    OrdersTwice,
    OrdersWithoutMoney,
    PassesEverythingOn,
    PollsWithoutPause,
    ReadsAllPrices,
    ReadsOneType,
    RemembersStatus,
    RenewsAfterSilence,
    RenewsEveryDay,
    RenewsTooLate,
    SaysItAgain,
    SaysItIsOff,
    TakesErrorsForSuccess,
    TakesPageForOrder,
    TakesTheNewest,
    UsesTheAccountsLogin,
    WaitsForEver,
    WritesAgain,
)
from tests.contracts.client.bad_transports import (
    CrashesOnNoRows,
    CrashesOnOneRow,
    DeletesForSuspending,
    GivesUpASession,
    GuessesLatin1,
    NeverConfirms,
    NeverResetsAFilter,
    OrdersAnotherTariff,
    OrdersUnderAWord,
    OrdersUnderOneNumber,
    OrdersUnderTheNextNumber,
    OrdersWithoutItsNumber,
    PasswordInAddress,
    ReadsOnePage,
    ReadsOnlyId,
    ReadsPlainNumbers,
    ReadsTornAnswers,
    RenewsItselfByAMonth,
    RepeatsANumber,
    SearchesAFilteredList,
    SendsNothingForNothing,
    TakesLinkForAnswer,
    WritesNamesAsTheyAre,
)


@dataclass(frozen=True)
class Mutant:
    """A bad client and the lesson that has to catch it.

    ``also``: what cannot be right where that is wrong.
    """

    make: type[Adapter]
    lesson: str
    also: frozenset[str] = frozenset()
    trade: str = LICENSES
    out: str = "xml"


NO_DOCUMENT = frozenset(
    {"server-error-after-the-deed", "page-in-place-of-an-answer", "empty-answer"}
)
"""Whoever is wrong about silence, or about one page, is wrong about these."""

RENEWED_IN_TIME = frozenset({"renews-before-the-end", "renews-at-the-ends-of-months"})

FOUND_AGAIN = frozenset({"lost-reply-found-again"})
"""Whoever cannot find an order fails it; none of these reads the list that a filter hides it in."""

OTHER_LOGIN = frozenset({"suspended-login-is-noticed"})
"""Whoever does not come with its own login does not notice what happens to it."""

MUTANTS = (
    Mutant(NeverConfirms, "confirms-with-sok"),
    Mutant(OrdersAnotherTariff, "confirms-with-sok"),
    Mutant(DeletesForSuspending, "suspension-is-made-sure"),
    Mutant(
        OrdersWithoutItsNumber,
        "orders-under-its-own-number",
        FOUND_AGAIN | RENEWED_IN_TIME,
    ),
    Mutant(OrdersUnderAWord, "orders-under-its-own-number", FOUND_AGAIN),
    Mutant(OrdersUnderOneNumber, "orders-under-its-own-number", FOUND_AGAIN),
    Mutant(
        OrdersUnderTheNextNumber,
        "orders-under-its-own-number",
        FOUND_AGAIN,
    ),
    Mutant(TakesErrorsForSuccess, "refusal-is-no-success"),
    Mutant(SaysItAgain, "refusal-is-not-repeated"),
    Mutant(LogsInForEver, "access-is-given-up"),
    Mutant(HammersTheLock, "locked-login-waited-out"),
    Mutant(OrdersTwice, "lost-reply-ordered-once"),
    Mutant(NeverLooks, "lost-reply-found-again"),
    Mutant(OnlyWaits, "lost-request-ordered-in-the-end"),
    Mutant(PollsWithoutPause, "late-key-with-pauses"),
    Mutant(WaitsForEver, "key-that-does-not-come"),
    Mutant(ReadsOnlyId, "item-id-alone"),
    Mutant(NeedsANumber, "number-not-told", frozenset({"newest-is-not-taken"}), trade=SERVICES),
    Mutant(IgnoresInnerDoc, "inner-doc", frozenset({"renews-before-the-end"})),
    Mutant(CrashesOnNoRows, "list-of-none", out="bjson"),
    Mutant(
        CrashesOnOneRow, "list-of-one", frozenset({"saved-filter-hides-no-service"}), out="bjson"
    ),
    Mutant(ReadsOnePage, "list-of-many", out="bjson"),
    Mutant(ReadsOneType, "machines-of-a-subtype", trade=SERVICES),
    Mutant(
        NeverResetsAFilter,
        "saved-filter-hides-no-service",
        frozenset({"saved-filter-hides-no-order"}),
    ),
    Mutant(
        SearchesAFilteredList,
        "saved-filter-hides-no-order",
        frozenset({"saved-filter-hides-no-service"}),
    ),
    Mutant(ReadsOneEnd, "end-of-what-is-billed-by-the-day", trade=SERVICES),
    Mutant(RemembersStatus, "notices-what-the-seller-did"),
    Mutant(RenewsTooLate, "renews-before-the-end", RENEWED_IN_TIME - {"renews-before-the-end"}),
    Mutant(CountsItsOwnMonths, "renews-at-the-ends-of-months"),
    Mutant(
        RenewsEveryDay,
        "renews-before-the-end",
        frozenset({"lost-renewal-bought-once", "little-is-asked"}),
    ),
    Mutant(RenewsAfterSilence, "lost-renewal-bought-once"),
    Mutant(OrdersWithoutMoney, "too-little-money"),
    Mutant(ReadsPlainNumbers, "balance-is-read"),
    Mutant(SaysItIsOff, "suspension-is-made-sure"),
    Mutant(MovesAgain, "address-changes-once-a-month"),
    Mutant(RenewsItselfByAMonth, "autoprolong-equals-period", trade=MODULES),
    Mutant(TakesLinkForAnswer, "long-request-followed"),
    Mutant(IsImpatient, "slow-seller"),
    Mutant(TakesPageForOrder, "server-error", NO_DOCUMENT),
    Mutant(ReadsTornAnswers, "torn-answer"),
    Mutant(PasswordInAddress, "password-not-in-the-address"),
    Mutant(GivesUpASession, "dead-session-opened-again"),
    Mutant(ForgetsTheBasket, "order-left-in-the-basket"),
    Mutant(LooksAtEach, "little-is-asked"),
    Mutant(ReadsAllPrices, "little-is-asked"),
    Mutant(SessionInAddress, "session-not-in-the-address"),
    Mutant(TakesAPage, "page-in-place-of-an-answer"),
    Mutant(TakesNothing, "empty-answer"),
    Mutant(
        OrdersAgainAfterAPage,
        "server-error-after-the-deed",
        NO_DOCUMENT - {"server-error-after-the-deed"},
    ),
    Mutant(BelievesContentType, "content-type-is-not-believed"),
    Mutant(LetsBothRenew, "renewed-by-one-of-both"),
    Mutant(TakesTheNewest, "newest-is-not-taken", trade=SERVICES),
    Mutant(DecidesByText, "message-text-decides-nothing"),
    Mutant(HammersTheGuard, "guard-is-not-hammered"),
    Mutant(GuessesLatin1, "letters-come-back", frozenset({"balance-is-read"})),
    Mutant(RepeatsANumber, "suspends-every-one-of-several"),
    Mutant(SendsNothingForNothing, "renews-no-more"),
    Mutant(BelievesTheMark, "answers-of-the-seller-arrive-once"),
    Mutant(PassesEverythingOn, "answers-of-the-seller-arrive-once"),
    Mutant(WritesAgain, "ticket-is-written-once"),
    Mutant(UsesTheAccountsLogin, "login-of-its-own-is-used", OTHER_LOGIN),
    Mutant(WritesNamesAsTheyAre, "login-of-its-own-is-used", OTHER_LOGIN),
    Mutant(HammersASuspendedLogin, "suspended-login-is-noticed"),
    Mutant(BlamesTheLine, "missing-right-is-reported"),
)
