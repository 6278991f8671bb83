"""From a specification, a model and a catalogue to a tape and the tables of its leaves."""
