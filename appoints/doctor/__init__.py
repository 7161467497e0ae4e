"""The doctor: looks at an installation and says in plain words what is wrong and what to do."""
