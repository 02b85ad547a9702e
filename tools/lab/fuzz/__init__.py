"""What no station should be sent, by the million, and what came of it: `tools/fuzz`."""
