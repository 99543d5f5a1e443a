"""Sample data for ``portal_demo``: customers, documents in every state, drawn proofs and files."""
