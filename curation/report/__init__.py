"""What people look at: plots, contact sheets and the self-contained report page."""
