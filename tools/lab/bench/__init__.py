"""What the daemon costs: the program behind tools/bench, on the stations of `stage`."""
