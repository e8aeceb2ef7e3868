"""WHMCS as reseller: licenses, as the vendor's module sells them."""
