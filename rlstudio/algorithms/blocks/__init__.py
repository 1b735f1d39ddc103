"""Small parts that several learners share, each with its source cited."""
