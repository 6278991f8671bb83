"""Price books made from other projects' catalogues."""
