-- A holder that is killed in the middle of a statement is noticed within a second.
SELECT pg_try_advisory_lock(%s, %s), set_config('client_connection_check_interval', '1000', false)
