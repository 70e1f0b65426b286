"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings")

application = get_wsgi_application()
# What is loaded now stays for good; looking through it again and again would pause requests.
gc.collect()
gc.freeze()
