"""The product as an operator runs it: gunicorn, a simulated iSales, a database, nginx.

``make restarts``, ``make machines``, ``make load`` and ``make faults`` stand on it. Everything
listens on loopback addresses, or in network namespaces made here, and ends with its block.
"""
