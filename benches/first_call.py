"""In a fresh process: the seconds that the import takes, and the first estimate after it. ``latency.py`` starts it."""

import time

start = time.perf_counter()
import gigacost  # noqa: E402 - what is measured

imported = time.perf_counter()
gigacost.estimate(hardware="h100-sxm", chips=1024, params="70B", tokens="15T")
estimated = time.perf_counter()

import json  # noqa: E402 - not to be measured

print(json.dumps({"import": imported - start, "estimate": estimated - imported}))
