SELECT verdict, count(*) FROM pg_temp.import_verdicts GROUP BY verdict
