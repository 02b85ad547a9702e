"""Plays the tests of a file on this machine: python3 Tests/System NAME [--verbose] [Class.test]...

NAME is that of the file without test_. Tests of a station as it is installed (member.py) have a
namespace.
"""

import importlib
import sys
import unittest

module = importlib.import_module(f"test_{sys.argv[1]}")
if "member" in sys.modules:
    sys.modules["member"].isolate()
unittest.main(module, argv=sys.argv[1:])
