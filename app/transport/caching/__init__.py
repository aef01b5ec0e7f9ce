"""What is known already is not asked for again: the rules of RFC 9111 as pure functions, and the stores of replies."""
