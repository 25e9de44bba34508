"""What people say about our own answers: the drawing of what they judge, and their labels."""
