"""`leadnurture run`, once or for as long as the laptop is open: ticks, and what is kept about them."""
