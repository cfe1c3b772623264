"""The commands of cases: case, agent, interaction and caller."""
