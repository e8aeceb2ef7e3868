"""The former name of the plugin ``mockseller.pytest_plugin``, which is installed by itself."""

pytest_plugins = ["mockseller.pytest_plugin"]
