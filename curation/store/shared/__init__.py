"""A workspace that machines share: an object store holds it, and each works on its own copy."""
