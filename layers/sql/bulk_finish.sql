SET LOCAL enable_nestloop = on;
RESET default_statistics_target
