"""What rows tell beyond themselves: kept promises, the load ahead, when to call again.

Each calculation takes a frame as ``results`` returns it, cut to what a person may see, and returns
lines: named tuples whose fields are the columns of the table, of the file and of the API.
"""
