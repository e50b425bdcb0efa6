"""Clock, ids, jobs, refusals, idempotency: what every package uses and none owns."""
