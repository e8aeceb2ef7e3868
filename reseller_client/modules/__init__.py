"""A reseller's endpoint that sells modules to control panels."""
