"""A stage for intercomd: stations with simulated cards and keys, played to and listened to.

Everything here runs on Debian's /usr/bin/python3 with python3-numpy, and nothing else. A scene
lives in one directory, ends exactly the processes it started, and waits for nothing for ever.
"""
