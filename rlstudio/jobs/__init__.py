"""What runs in a child process, or straight from the command line. No Qt."""
