"""How a request travels to an upstream: session life, the stages around it, the translation of errors."""
