"""Makes Debian packages of the programs, for this Debian and others; see tools/package."""
