"""The commands of contacts: contact and tag."""
