"""The endpoints, one module for each part of GitHub's REST reference."""
