"""Why a network decides as it does: where it looks, what its layers respond to, where it errs."""
