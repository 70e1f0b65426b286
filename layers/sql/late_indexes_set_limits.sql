SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)
