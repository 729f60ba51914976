"""What a decode worker gives up before it is given a file."""
