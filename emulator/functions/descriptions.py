"""What parameters and answer fields mean that several functions share; the reference shows it.

A field of one function alone is described at its declaration.
"""

from __future__ import annotations

SERVICE = "Number of the service."
SERVICES = "Numbers of services, separated by commas: `1, 2`."
SERVICE_AGAIN = "Number of the service, the same as `elid`."
DISPLAY_NAME = "What the seller's own pages call the service: its tariff and number."

TARIFF = "Number of the tariff."
TARIFF_NAME = "Name of the tariff in the language of the caller."
ORDER_PERIOD = "Length of the term in months; -100 is a trial, -50 a day, 0 a lifetime."
PERIOD = "Length of one paid term in months; -100 is a trial, -50 a day, 0 a lifetime."
AUTOPROLONG = (
    "Months by which the service is prolonged by itself at its end; `null` (or 0, `off`, `none`,"
    " where the rule `autoprolong_off` allows them) for never; empty leaves it as it is. Must be a"
    " period of the tariff."
)
AUTOPROLONG_IS_PERIOD = (
    "The period itself to prolong the service by itself at its end; any other value turns"
    " automatic prolongation off."
)
AUTOPROLONG_NEW = (
    "`on` to prolong the service by the ordered period at its end, or a number of months; `off` or"
    " `null` for never."
)
AUTOPROLONG_NOW = (
    "Months by which the service is prolonged by itself at its end; `null` where it is not."
)
AUTOPROLONG_LABEL = (
    "Period by which the service is prolonged by itself, in words (`Month`, `Disabled`), with the"
    " months as attribute `orig`: `null` where it is not prolonged."
)
ADDON = (
    "How much of the addon of this number: an amount, `on` or `off`, or the number of an item of an"
    " enumeration. Addons that the tariff does not have are ignored."
)
SKIPBASKET = "`on` pays the order from the balance at once instead of putting it into the basket."
REMOTEID = (
    "The reseller's own number of the service; kept, shown and searchable, need not be unique."
)
COMMENT = "Free text by which the client knows the service."
DATACENTER = "Number of the datacenter."
DATACENTER_NAME = "Name of the datacenter in the language of the caller."
DOMAIN = "Name of the server or account; where it is left out, one is chosen."
DOMAIN_NAME = "The domain name."
OSTEMPL = "Internal name of the operating system template; the first of the tariff if left out."
RECIPE = "Internal name of the recipe that is run after the installation; `null` for none."
SERVER_NAME = "The client's own name of the server; kept and shown, not acted upon."
SERVER_NAME_AGAIN = "The client's own name of the server, the same as `server_name`."
INSTANCES_OS = "Internal name of the operating system template, the same as `ostempl`."
USE_SSH_KEY = "`on` to log in with a key: the server gets a password only if one is sent."
FIRST_PASSWORD = "Password of the new server or account; one is made if it is left out."  # noqa: S105 - a description
KEYVALUE = "Numbers of tariff and datacenter in one value, `6_4`, where `pricelist` is not sent."
TARIFF_PERIOD = (
    "The period of the tariff of this number, where `order_period` is not sent: `period_6=1`."
)
ORDER_COUNT = "How many equal services are ordered at once; 1 if left out."
OWNER = "Number of the contact that owns the domain name; 0 or empty for none."
OWNER_AGAIN = "The same as `service_profile_owner`."
NAME_SERVER = "Name of a name server of the domain; up to four."

ORDERED_SERVICE = "Number of the service that was ordered; of several, the first."
ORDER = "Number of the unpaid order in the basket."
ORDER_INFO = "What is ordered and what it costs, as HTML; ends with the total amount."

LICENSE_IP = "IPv4 address at which the license is used; `0.0.0.0` keeps it in the reseller's pool."
LICENSE_NAME = "Name that the client gives the license."
REMOTE_IP = "Address of the server behind the license's address; kept and shown, not acted upon."

CURRENCY = "ISO code of the account's currency."
MONTHLY_PRICE = (
    "Price of one month with currency and the word for a month, whatever the period:"
    " `5.00 EUR / Month`. A trial, a day and a lifetime have their own word and their whole price."
)
PRICE = "Price of the whole period as a bare number with four decimals; what a renewal charges."
BALANCE = "Balance of the account as a bare number."
BALANCE_TEXT = "Balance of the account with its currency: `1000.00 EUR`."
CREDIT = "Credit limit: how far the balance may fall below zero."
ACCOUNT_NAME = "Full name of the client and its e-mail address: `Name (name@example.com)`."
PROJECT = "Name of the provider."

CREATED = "Day on which it was ordered."
EXPIRES = (
    "Last day of the paid term; empty before the service is opened, `9999-12-31` for a lifetime,"
    " the words `Daily charges` where it is charged by the day."
)
EXPIRES_AGAIN = "The day of `expiredate`; a day also where that is words."
UPDATES_END = "Last day of updates for a lifetime license, a year after its order; else empty."
STATUS = "State of the service: 1 ordered, 2 active, 3 suspended, 4 deleted, 5 processing."
STATUS_LABEL = (
    "State of the service as a label, with its number as attribute `orig`; the number alone where"
    " the rule `item_status_text` says so."
)
SCHEDULED_CLOSE = "`on` if the service is deleted at the end of what is paid."

LOGIN = "Login of the account."
REAL_NAME = "Full name of the account's owner."
EMAIL = "E-mail address."
PHONE = "Telephone number."
LANGUAGE = "Language of the account: `en` or `ru`."
PASSWORD = "New password."  # noqa: S105 - a description, not a secret
PASSWORD_AGAIN = "The new password once more; refused if it differs."  # noqa: S105 - the same

CSR = "Certificate signing request in PEM."
KEY = "Private key in PEM; empty where the seller does not have it."
FURTHER_NAMES = "Further names of the certificate, separated by blanks."
FURTHER_NAMES_AGAIN = "Further names, added to those of `altname`; clients send both."
CERTIFICATE_DOMAIN = "First name of the certificate, as clients repeat it; refused if it differs."
COMMON_NAME = "First name of the certificate."
STATE_NAME = "State or region of the organization."
CITY = "City of the organization."
ORGANIZATION = "Name of the organization."
DEPARTMENT = "Department of the organization."
REQUEST_EMAIL = "E-mail address in the request."
COUNTRY_NUMBER = "Number of the organization's country, as the function `country` lists it."
REQUEST_KIND = "`generate` to make key and request, `existing` to send the client's own request."
APPROVER = "Mailbox whose owner may confirm the domain by letter."
DNS_TYPE = "Type of the DNS record that confirms the domain: `CNAME`, or empty if nothing is asked."
DNS_NAME = "Name of the DNS record that confirms the domain."
DNS_VALUE = "Value of the DNS record that confirms the domain."
VALID_FROM = "First day of the issued certificate; empty before."
VALID_UNTIL = "Last day of the issued certificate; empty before."

MODULE_LICENSE = "Number of the license that the module extends."
BITNINJA_EMAIL = "E-mail address for the module's vendor; kept with the order."
