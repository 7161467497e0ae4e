"""Messages to people and programs: e-mail and signed webhooks, whatever they are about."""
