"""Plays the tests of a file on this machine: python3 Tests/System NAME [--verbose] [Class.test]...

NAME is that of the file without test_. Tests of a station as it is installed (member.py) have a
namespace.
"""

import importlib
import signal
import sys
import unittest

# Programs end at Ctrl-C also where a shell in the background lets the tests ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
module = importlib.import_module(f"test_{sys.argv[1]}")
if "member" in sys.modules:
    sys.modules["member"].isolate()
unittest.main(module, argv=sys.argv[1:])
