"""The sections of a report, each a module with a function ``section`` of the answers."""
