"""The CC-iSales open API: signing, calling, and reading reserved calls.

Nothing here knows Django, Polars or this project's settings.
"""
