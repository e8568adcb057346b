"""Benchmarks, one command each: speed, realtimeqa, reading."""
