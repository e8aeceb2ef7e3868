"""What the seller says to people, in two languages. Texts are ours; names are the wire's.

A key that is missing in a language falls back to English, and a field without a label to its
own name. Source for the English of refusals: docs/wire.md section 5.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]
LANGUAGES = ("en", "ru")


def in_language(texts: Words, lang: str) -> str:
    """One of the texts, English where the language has none."""
    return texts.get(lang) or texts["en"]


STATES: Mapping[str, Words] = {
    "1": {"en": "Ordered", "ru": "Заказан"},
    "2": {"en": "Active", "ru": "Активен"},
    "2_stop": {"en": "Active (switched off)", "ru": "Активен (выключен)"},
    "2_start": {"en": "Active (starting)", "ru": "Активен (запускается)"},
    "2_reboot": {"en": "Active (rebooting)", "ru": "Активен (перезагружается)"},
    "2_hardreboot": {"en": "Active (rebooting)", "ru": "Активен (перезагружается)"},
    "3": {"en": "Suspended", "ru": "Остановлен"},
    "3_autosuspend": {"en": "Suspended", "ru": "Остановлен"},
    "3_employeesuspend": {"en": "Suspended by the provider", "ru": "Остановлен провайдером"},
    "3_abusesuspend": {"en": "Suspended for abuse", "ru": "Остановлен за нарушение"},
    "4": {"en": "Deleted", "ru": "Удалён"},
    "5": {"en": "Processing", "ru": "Обрабатывается"},
    "5_open": {"en": "Processing", "ru": "Обрабатывается"},
    "5_reopen": {"en": "Installing", "ru": "Переустанавливается"},
}

PERIODS: Mapping[int, Words] = {
    -100: {"en": "Trial", "ru": "Пробный"},
    -50: {"en": "Day", "ru": "День"},
    0: {"en": "Lifetime", "ru": "Бессрочно"},
    1: {"en": "Month", "ru": "Месяц"},
    3: {"en": "3 months", "ru": "Три месяца"},
    6: {"en": "6 months", "ru": "Полгода"},
    12: {"en": "Year", "ru": "Год"},
    24: {"en": "2 years", "ru": "Два года"},
    36: {"en": "3 years", "ru": "Три года"},
}


def period_label(period: int, lang: str) -> str:
    """``Month``, ``Год``, ``5 months``."""
    texts = PERIODS.get(period)
    if texts is not None:
        return in_language(texts, lang)
    return f"{period} мес." if lang == "ru" else f"{period} months"


OPERATIONS: Mapping[str, Words] = {
    "open": {"en": "Order", "ru": "Заказ"},
    "prolong": {"en": "Prolongation", "ru": "Продление"},
    "changepricelist": {"en": "Change of tariff", "ru": "Смена тарифа"},
    "addon": {"en": "Addon", "ru": "Дополнение"},
}

PAYMENT_STATES: Mapping[str, Words] = {
    "1": {"en": "New", "ru": "Новый"},
    "2": {"en": "In progress", "ru": "Оплачивается"},
    "3": {"en": "Promised", "ru": "Обещанный"},
    "4": {"en": "Credited", "ru": "Зачислен"},
    "5": {"en": "Refund pending", "ru": "Возвращается"},
    "6": {"en": "Refunded", "ru": "Возвращён"},
    "7": {"en": "Fraud", "ru": "Мошеннический"},
    "8": {"en": "Initiated", "ru": "Инициирован"},
    "9": {"en": "Cancelled", "ru": "Отменён"},
}

LABELS: Mapping[str, Words] = {
    "elid": {"en": "Id", "ru": "Код"},
    "id": {"en": "Id", "ru": "Код"},
    "ip": {"en": "IP address", "ru": "IP-адрес"},
    "remoteip": {"en": "Server address", "ru": "Адрес сервера"},
    "remoteid": {"en": "Reseller's id", "ru": "Код у реселлера"},
    "domain": {"en": "Name", "ru": "Имя"},
    "datacenter": {"en": "Data centre", "ru": "Дата-центр"},
    "ostempl": {"en": "Operating system", "ru": "Операционная система"},
    "recipe": {"en": "Recipe", "ru": "Рецепт"},
    "order_count": {"en": "Number of services", "ru": "Количество услуг"},
    "licname": {"en": "Licence name", "ru": "Имя лицензии"},
    "comment": {"en": "Comment", "ru": "Комментарий"},
    "lickey": {"en": "Licence key", "ru": "Ключ лицензии"},
    "period": {"en": "Period", "ru": "Период"},
    "order_period": {"en": "Period", "ru": "Период"},
    "pricelist": {"en": "Tariff", "ru": "Тарифный план"},
    "pricelist_id": {"en": "Tariff number", "ru": "Код тарифа"},
    "pricelist_name": {"en": "Tariff", "ru": "Тарифный план"},
    "autoprolong": {"en": "Automatic prolongation", "ru": "Автопродление"},
    "status": {"en": "Status", "ru": "Статус"},
    "item_status": {"en": "Status", "ru": "Статус"},
    "createdate": {"en": "Ordered on", "ru": "Дата заказа"},
    "expiredate": {"en": "Valid until", "ru": "Действует до"},
    "newexpiredate": {"en": "New end", "ru": "Новая дата окончания"},
    "cost": {"en": "Price", "ru": "Цена"},
    "username": {"en": "Login", "ru": "Логин"},
    "password": {"en": "Password", "ru": "Пароль"},
    "balance": {"en": "Balance", "ru": "Баланс"},
    "amount": {"en": "Amount", "ru": "Сумма"},
    "promocode": {"en": "Promo code", "ru": "Промокод"},
    "name": {"en": "Name", "ru": "Название"},
    "key": {"en": "Key", "ru": "Ключ"},
    "qrcode": {"en": "Code", "ru": "Код подтверждения"},
    "skipbasket": {"en": "Skip the basket", "ru": "Минуя корзину"},
    "callback": {"en": "Callback", "ru": "Функция обратного вызова"},
    "out": {"en": "Output format", "ru": "Формат вывода"},
    "func": {"en": "Function", "ru": "Функция"},
    "item": {"en": "Service", "ru": "Услуга"},
    "basket": {"en": "Basket", "ru": "Корзина"},
    "billorder": {"en": "Order", "ru": "Заказ"},
    "webdomains": {"en": "Websites", "ru": "Сайты"},
    "currency": {"en": "Currency", "ru": "Валюта"},
    "project": {"en": "Provider", "ru": "Провайдер"},
    "lang": {"en": "Language", "ru": "Язык"},
    "realname": {"en": "Full name", "ru": "Полное имя"},
    "email": {"en": "E-mail", "ru": "Электронная почта"},
    "phone": {"en": "Phone", "ru": "Телефон"},
    "timezone": {"en": "Time zone", "ru": "Часовой пояс"},
    "startpage": {"en": "First page", "ru": "Начальная страница"},
    "account": {"en": "Client", "ru": "Клиент"},
    "country": {"en": "Country", "ru": "Страна"},
    "realbalance": {"en": "Balance", "ru": "Баланс"},
    "enoughmoneyto": {"en": "Money lasts until", "ru": "Средств хватит до"},
    "credit": {"en": "Credit limit", "ru": "Кредит"},
    "available_credit": {"en": "Credit left", "ru": "Доступный кредит"},
    "registration_date": {"en": "Registered on", "ru": "Дата регистрации"},
    "number": {"en": "Number", "ru": "Номер"},
    "create_date": {"en": "Created on", "ru": "Дата создания"},
    "paydate": {"en": "Paid on", "ru": "Дата оплаты"},
    "paymethod_name": {"en": "Payment method", "ru": "Способ оплаты"},
    "sender_name": {"en": "Payer", "ru": "Плательщик"},
    "recipient_name": {"en": "Recipient", "ru": "Получатель"},
    "locale_name": {"en": "Expense", "ru": "Расход"},
    "realdate": {"en": "Date", "ru": "Дата"},
    "discount": {"en": "Discount, %", "ru": "Скидка, %"},
    "discountamount": {"en": "Discount", "ru": "Сумма скидки"},
    "taxamount": {"en": "Tax", "ru": "Налог"},
    "main_item": {"en": "Service", "ru": "Услуга"},
    "itemtype": {"en": "Product type", "ru": "Тип продукта"},
    "onlyavailable": {"en": "Orderable only", "ru": "Только доступные для заказа"},
}


def label(name: str, lang: str) -> str:
    """What a field is called; its wire name where nothing is said."""
    texts = LABELS.get(name)
    return name if texts is None else in_language(texts, lang)


MESSAGES: Mapping[str, Words] = {
    "auth_badpassword": {
        "en": "Invalid username or password",
        "ru": "Неверное имя пользователя или пароль",
    },
    "auth_badip": {
        "en": "Access from this IP denied",
        "ru": "Доступ с этого IP-адреса запрещён",
    },
    "auth_blocklogon": {
        "en": "The login is locked for 20 seconds after failed attempts",
        "ru": "Вход заблокирован на 20 секунд из-за неудачных попыток",
    },
    "auth_totp": {
        "en": "Two-factor authentication is on: log in with a session",
        "ru": "Включена двухфакторная аутентификация: войдите через сессию",
    },
    "access": {
        "en": "Insufficient privileges to perform '__value__'",
        "ru": "Недостаточно прав для выполнения '__value__'",
    },
    "missed": {
        "en": "The '__object__' __value__ does not exist",
        "ru": "Объект '__object__' __value__ не существует",
    },
    "missed_func": {
        "en": "Function '__value__' not found. The control module may not be loaded.",
        "ru": "Не удалось найти функцию '__value__'. Возможно, управляющий модуль не загружен.",
    },
    "value": {
        "en": "The '__object__' field has invalid value. __desc__",
        "ru": "Поле '__object__' имеет недопустимое значение. __desc__",
    },
    "exists": {
        "en": "The '__object__' '__value__' already exists. __desc__",
        "ru": "Объект '__object__' '__value__' уже существует. __desc__",
    },
    "not_enough_money": {
        "en": (
            "Insufficient funds to complete the operation. Required amount __amount__ "
            "__currency__. Your current balance: __balance__ __currency__, "
            "credit limit __credit__ __currency__"
        ),
        "ru": (
            "Недостаточно средств для выполнения операции. Требуется __amount__ __currency__. "
            "Ваш баланс: __balance__ __currency__, кредит __credit__ __currency__"
        ),
    },
    "runningoperation": {
        "en": "Another operation on service __value__ is in progress",
        "ru": "С услугой __value__ уже выполняется операция",
    },
    "status": {
        "en": "This cannot be done to service __value__. __desc__",
        "ru": "Это действие для услуги __value__ невозможно. __desc__",
    },
    "promocode_not_use": {
        "en": "Promo code '__value__' cannot be used here",
        "ru": "Промокод '__value__' нельзя применить",
    },
    "pricelist_min_order": {
        "en": (
            "The minimum order period of service __value__ is __months__ months, __days__ days left"
        ),
        "ru": "Минимальный срок заказа услуги __value__ - __months__ мес., осталось дней: __days__",
    },
    "wizard_unavailable": {
        "en": "You are trying to access the '__value__' step that is currently not available",
        "ru": "Шаг '__value__' сейчас недоступен",
    },
    "limit": {
        "en": "The request is too large: '__object__' is limited to __value__",
        "ru": "Слишком большой запрос: '__object__' не больше __value__",
    },
    "internal": {
        "en": "Internal error of the emulator; its log tells more",
        "ru": "Внутренняя ошибка эмулятора; подробности в его журнале",
    },
}

DESCRIPTIONS: Mapping[str, Words] = {
    "empty": {"en": "The value cannot be empty", "ru": "Значение не может быть пустым"},
    "range": {
        "en": "From __minimum__ to __maximum__ in steps of __step__",
        "ru": "От __minimum__ до __maximum__ с шагом __step__",
    },
    "between": {
        "en": "From __minimum__ to __maximum__",
        "ru": "От __minimum__ до __maximum__",
    },
    "restricted": {
        "en": "Resource change is forbidden by provider",
        "ru": "Изменение ресурса запрещено провайдером",
    },
    "retired": {"en": "The product is no longer sold", "ru": "Продукт больше не продаётся"},
    "country": {
        "en": "The tariff is sold in another country",
        "ru": "Тариф продаётся в другой стране",
    },
    "currency": {
        "en": "The tariff has no price in your currency",
        "ru": "У тарифа нет цены в вашей валюте",
    },
    "trial_once": {
        "en": "A trial is given once per address",
        "ru": "Пробный период даётся один раз на адрес",
    },
    "edition": {
        "en": "This edition of the panel does not take the module",
        "ru": "Эта редакция панели не поддерживает модуль",
    },
    "trial_on_licence": {
        "en": "A trial is given once per licence",
        "ru": "Пробный период даётся один раз на лицензию",
    },
    "licence_suspended": {
        "en": "The licence is suspended",
        "ru": "Лицензия приостановлена",
    },
    "unpaid": {
        "en": "The service has not been processed yet",
        "ru": "Услуга ещё не обработана",
    },
    "trial": {"en": "A trial cannot be renewed", "ru": "Пробный период нельзя продлить"},
    "lifetime": {
        "en": "A lifetime licence has no end",
        "ru": "У бессрочной лицензии нет срока",
    },
    "csr_broken": {
        "en": "It cannot be read, or its signature is wrong",
        "ru": "Не читается или подпись неверна",
    },
    "csr_weak": {
        "en": "The key is too short or of an unknown kind",
        "ru": "Ключ слишком короткий или неизвестного вида",
    },
    "csr_names": {
        "en": "Only names of hosts are certified, at least one",
        "ru": "Сертифицируются только имена узлов, хотя бы одно",
    },
    "csr_other_key": {
        "en": "The key does not belong to the request",
        "ru": "Ключ не подходит к запросу",
    },
    "csr_other_name": {
        "en": "The common name must stay the same",
        "ru": "Основное имя должно остаться прежним",
    },
    "names": {"en": "Too many names", "ru": "Слишком много имён"},
    "one_name": {
        "en": "This certificate is for one name",
        "ru": "Этот сертификат на одно имя",
    },
    "wildcard": {
        "en": "A wildcard certificate is for *.domain, others are not",
        "ru": "Wildcard-сертификат выпускается на *.домен, остальные нет",
    },
    "no_validation": {
        "en": "Nothing waits for a confirmation",
        "ru": "Подтверждение не ожидается",
    },
    "expired": {"en": "Its term is over", "ru": "Срок действия истёк"},
    "inactive": {"en": "It is not active", "ru": "Она не активна"},
    "main_address": {
        "en": "The main address goes only with the service",
        "ru": "Основной адрес удаляется только с услугой",
    },
    "employee": {
        "en": "It was suspended by the provider",
        "ru": "Она остановлена провайдером",
    },
    "ip_change_limit": {
        "en": "The address can be changed once a month, next on __date__",
        "ru": "Адрес можно менять раз в месяц, следующий раз __date__",
    },
    "key_change_limit": {
        "en": "The key can be changed once a month, next on __date__",
        "ru": "Ключ можно менять раз в месяц, следующий раз __date__",
    },
    "short": {"en": "At least 16 characters", "ru": "Не меньше 16 символов"},
}
