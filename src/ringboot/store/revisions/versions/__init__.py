"""One file a step; `opening.REVISIONS` lists them in order."""
