SELECT NOT EXISTS (SELECT FROM city.{table} WHERE layer_id = {layer_id})
