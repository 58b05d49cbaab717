"""The demo: ten weeks of a studio's life on a virtual clock, through the very same code as every other day."""
