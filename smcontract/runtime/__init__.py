"""What runs in the script's process: it loads the script as a container does and answers calls."""
