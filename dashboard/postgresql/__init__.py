"""PostgreSQL as Django speaks it, over few connections that the threads of a process share."""
