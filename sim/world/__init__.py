"""The world the agents live in: places, people, households, ties. Nobody acts here."""
