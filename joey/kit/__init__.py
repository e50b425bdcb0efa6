"""Clock, ids, jobs, refusals, idempotency: what every room uses and no room owns."""
