"""Stations at work for as long as asked, with whatever may befall them: `tools/soak`."""
