from ..small_centre import connection, simulator, snapshot  # noqa: F401
