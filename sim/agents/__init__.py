"""The agents: residents in columns, everyone few as ordinary Mesa agents, and their rules."""
