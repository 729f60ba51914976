"""Pictures that lie in archives: unpacked once into the workspace, and read there like a folder."""
