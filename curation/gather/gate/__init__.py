"""The one place where the bytes of a crawled file become an array: sandboxed workers behind a small
pool."""
