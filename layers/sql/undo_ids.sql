SELECT id FROM pg_temp.{rows} ORDER BY id
