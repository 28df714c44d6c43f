"""What programmes are published to do, held against presets beside a baseline; never fitted."""
