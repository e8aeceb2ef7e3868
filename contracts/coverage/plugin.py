"""The former name of the plugin ``mockseller.coverage``, which is installed by itself."""

pytest_plugins = ["mockseller.coverage"]
