"""When it runs: the composition root, the schedule, the settings and the `layerledger` command.

Belongs here: wiring, the environment, the home folder, what the operator types and sees. Does not belong here: what a
table holds (assets) or means (analytics).
"""
