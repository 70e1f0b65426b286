"""The one settings file. Every name that an operator sets is in docs/configuration.md."""

import os
from pathlib import Path

from gis_core import environment

# Inherited paths of another PROJ database break the ones that the wheels carry.
for _name in ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA"):
    os.environ.pop(_name, None)

BASE_DIR = environment.REPOSITORY
DATA_DIR = environment.data_dir()
_instance = environment.instance()

SECRET_KEY = environment.text("SECRET_KEY", _instance.get("secret_key", ""))
DEBUG = environment.flag("DEBUG", False)
HOST = environment.text("HOST", "127.0.0.1")
PORT = int(environment.text("PORT", "8000"))
PUBLIC_ORIGIN = environment.text("PUBLIC_ORIGIN", "").rstrip("/")
CITY_PROFILE = Path(
    environment.text("CITY_PROFILE", str(BASE_DIR / "gis_core/profiles/my-tho.toml"))
).resolve()

ALLOWED_HOSTS = ([PUBLIC_ORIGIN.split("://")[-1].split(":")[0]] if PUBLIC_ORIGIN else [HOST]) + [
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN] if PUBLIC_ORIGIN else []

INSTALLED_APPS = [
    "gis_core.admin_config.CityAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django_tasks",
    "django_tasks_db",
    "gis_core",
    "layers",
    "importers",
    "map_ui",
]
MIDDLEWARE = [
    "gis_core.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gis_core.headers.ActorAndLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "gis_core.urls"
WSGI_APPLICATION = "gis_core.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

_url = environment.text("DATABASE_URL", _instance.get("database_url", "postgres:///city"))
_public_url = environment.text("PUBLIC_DATABASE_URL", _instance.get("public_database_url", _url))
DATABASES = {
    "default": environment.database(
        _url, search_path="city,public", statement_timeout_ms=0 if not DEBUG else 60_000
    ),
    # Anonymous readers: a login of its own that sees views of published public rows only.
    "public": environment.database(
        _public_url, search_path="public_data,public", statement_timeout_ms=8_000
    ),
}
# A question to the server before each tile would cost a tenth of the tile. After a restart of the
# database one read a thread is answered with 503, and the viewer asks again.
DATABASES["public"]["CONN_HEALTH_CHECKS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_gdal = environment.wheel_library("pyogrio", "libgdal-*.so*")
_geos = environment.wheel_library("shapely", "libgeos_c-*.so*")
if _gdal and _geos:
    GDAL_LIBRARY_PATH = _gdal
    GEOS_LIBRARY_PATH = _geos

AUTH_USER_MODEL = "gis_core.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/vi/login"
LOGIN_REDIRECT_URL = "/vi/map"
_secure = PUBLIC_ORIGIN.startswith("https://")
SESSION_COOKIE_NAME = "__Host-session" if _secure else "session"
SESSION_COOKIE_SECURE = _secure
SESSION_COOKIE_AGE = 12 * 3600  # seconds; the longest working day
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "csrf"
CSRF_COOKIE_SECURE = _secure
CSRF_FAILURE_VIEW = "map_ui.views.csrf_failed"
CSRF_COOKIE_HTTPONLY = False  # the viewer reads it to send X-CSRFToken
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "map_ui/locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static_root"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
MEDIA_ROOT = DATA_DIR / "media"
RASTER_ROOT = Path(environment.text("RASTER_ROOT", str(DATA_DIR / "rasters")))
IMPORT_ROOT = DATA_DIR / "uploads"
IMPORT_MAX_BYTES = int(environment.text("IMPORT_MAX_MB", "2000")) * 1_000_000

# "weak": files are read even where the machine cannot shut the reader in completely.
IMPORT_ISOLATION = environment.text("IMPORT_ISOLATION", "full")
# Asked by the command import_osm only.
OVERPASS_URL = environment.text("OVERPASS_URL", "https://overpass-api.de/api/interpreter")

TILE_CACHE_MB = int(environment.text("TILE_CACHE_MB", "48"))  # of each process; 0: none
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
