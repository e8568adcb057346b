"""An exported model goes in, a session that runs it comes out. The one place that imports ONNX Runtime."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def open_session(graph: bytes | Path, *, threads: int = 0) -> Any:
    """An `onnxruntime.InferenceSession` on the CPU; `threads` within one run, 0 for all cores.

    Raises:
        Exception: of ONNX Runtime's own kinds, for a graph that it cannot load.
    """
    # ONNX Runtime 1.29 and later record and send usage events on Linux too, unless this is set before the import; it is
    # imported here, not above, because importing kimqa must set nothing.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Weights kept in int8 are widened once, here. Else ONNX Runtime fuses them into products that round the other factor
    # to int8, too: less exact, not the same on every processor, and on those without VNNI 1.5 times as slow.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    source = graph if isinstance(graph, bytes) else str(graph)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
