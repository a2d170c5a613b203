"""The charts: one module each, figures in, Altair out.

Belongs here: geometry, marks, scales and labels. Does not belong here: which
figures are shown, or what is said of them.
"""
