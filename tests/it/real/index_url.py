"""Says which index pip asks: that of its environment, of its settings, else its own."""

from pip._internal.cli.cmdoptions import index_url
from pip._internal.configuration import Configuration

settings = Configuration(isolated=False)
settings.load()
said = {}
for key, value in settings.items():
    # Of newer versions each file has its own table.
    said.update(value if isinstance(value, dict) else {key: value})
names = (":env:.index-url", "install.index-url", "global.index-url")
print(next((said[name] for name in names if name in said), None) or index_url().default)
