"""Stage raw: observations as the sources delivered them; nothing here is interpreted."""
