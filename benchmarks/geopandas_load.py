"""geopandas: a whole file read, then written with to_postgis. Runs in an environment of its own.

usage: python geopandas_load.py FILE DATABASE_URL
"""

import sys

import geopandas
import sqlalchemy

frame = geopandas.read_file(sys.argv[1])
engine = sqlalchemy.create_engine(sys.argv[2])
frame.to_postgis("peer_geopandas", engine, schema="city", if_exists="replace", chunksize=50_000)
