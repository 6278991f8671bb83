"""Inverse questions: the value of an unknown at which a condition holds, or at which two options cost the same."""
