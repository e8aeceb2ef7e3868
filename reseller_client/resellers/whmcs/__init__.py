"""WHMCS as reseller: licenses, the way the vendor's module sells them."""
