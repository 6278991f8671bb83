"""Running functions over parts of something on any executor: each part once, in any order, whatever workers are lost.

`driver` hands out tasks and takes their results; `executors` are what it hands them to; a `worker` runs one. Nothing
here knows what a part is of.
"""
