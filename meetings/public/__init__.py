"""The pages on which visitors book, move and cancel calls. They work without JavaScript."""
