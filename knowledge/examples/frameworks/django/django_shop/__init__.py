"""The app of the listings; django_project.py configures Django around it."""
