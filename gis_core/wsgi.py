"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings")

_django = get_wsgi_application()
# By name: the module needs models, which are there from the line above on.
application = import_string("gis_core.short_way.ShortWay")(_django)
# What is loaded now stays for good; looking through it again and again would pause requests.
gc.collect()
gc.freeze()
