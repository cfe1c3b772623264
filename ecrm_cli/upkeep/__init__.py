"""What keeps the house in order: making a workspace, its settings, its questionnaires."""
