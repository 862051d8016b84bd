"""What the tests are made with: fakes, faults, hostile input, crowds, and servers to ask."""
