(SELECT string_agg(nullif(word.value, ''), ' ') FROM jsonb_each_text({value}) AS word)
