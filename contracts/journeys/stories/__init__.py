"""Stories of ``mockseller demo``: a reseller and a seller, played and checked in the terminal."""
