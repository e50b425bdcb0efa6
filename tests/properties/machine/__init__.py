"""A world of people, marketplace, bank, operators, clock and crashes, and the plain books that Joey must agree with."""
