"""What reports and explanations share: plots, sheets of pictures, templates, words."""
