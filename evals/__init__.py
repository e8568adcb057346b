"""Evaluation of kimqa: gold questions, metrics, floors and benchmarks. Uses kimqa as any user would."""
