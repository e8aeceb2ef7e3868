"""The page for a browser: what this address is, and how to send a first order."""

from __future__ import annotations

from html import escape

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>mockseller</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222;
  max-width: 46rem; margin: 3rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.6rem; margin-bottom: .2rem }}
pre {{ background: #f4f4f2; padding: .8rem 1rem; overflow-x: auto; border-radius: 4px }}
.note {{ color: #666 }}
</style></head><body>
<h1>mockseller</h1>
<p class="note">A fake seller that speaks the API of BILLmanager Corporate.
No money moves, nothing is real.</p>
<p>This is the address of an API, not of a shop. Point your billing client at
<code>{address}</code> and log in as <code>reseller</code> with the password <code>secret</code>
(a world that you made from a file of your own has its own accounts).</p>
<p>The first order, from a terminal:</p>
<pre>curl {address} \\
  -d authinfo=reseller:secret -d func=soft.order.param \\
  -d pricelist=55227 -d period=1 -d ip=0.0.0.0 -d licname=first \\
  -d skipbasket=on -d clicked_button=finish -d sok=ok -d out=xml</pre>
<p>The console, with its clock, its faults and every call:
<a href="{prefix}/_mockseller/console">{prefix}/_mockseller/console</a>.
All functions: <a href="{prefix}/_mockseller/functions">{prefix}/_mockseller/functions</a>.
State of this server: <a href="{prefix}/_mockseller/health">{prefix}/_mockseller/health</a>.</p>
</body></html>
"""


def page(host: str, prefix: str, path: str) -> str:
    """The page for one address; ``/`` is for ``/billmgr``. ``prefix``: of a proxy, or empty."""
    address = host + prefix + ("/billmgr" if path == "/" else path)
    return PAGE.format(address=escape(address, quote=True), prefix=escape(prefix, quote=True))
