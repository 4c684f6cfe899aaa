"""Documents: kept, given out by links that end, and counted for whoever took them."""
