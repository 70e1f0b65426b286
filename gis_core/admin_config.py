"""Puts the product's own administration site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class CityAdminConfig(AdminConfig):
    """Django's administration, guarded by grants."""

    default_site = "gis_core.admin_site.CityAdminSite"
