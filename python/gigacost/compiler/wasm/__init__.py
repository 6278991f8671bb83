"""A compiled query written out as a WebAssembly module: plain bytes, which import nothing and need no toolchain."""
