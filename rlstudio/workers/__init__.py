"""A job in a child process: spawning, pipes, heartbeats, shared frames. No Qt."""
