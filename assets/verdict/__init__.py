"""One outcome for every file, the data set that they leave, and the report of the rest."""
