"""Benchmarks whose tables the README publishes; each measures the product's own path."""
