"""The live path as a whole: the real command and the real clients against the stand-ins.

Belongs here: what is shown of many parts at once (storms, kills, full refreshes), in the size that tests can afford;
the same at full length is in tests/prove. Does not belong here: what one module promises (tests/assets,
tests/pipelines).
"""
