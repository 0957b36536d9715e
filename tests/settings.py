"""The studio's settings, pointed at a throw-away folder, without what would only slow tests down."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# The developer's own studio must neither be touched nor change a result. DATABASE_URL alone chooses the database.
for _name in [name for name in os.environ if name.startswith("STUDIO_")] + [
    "SECRET_KEY",
    "REDIS_URL",
    "EMAIL_URL",
    "TZ",
]:
    os.environ.pop(_name, None)
os.environ["STUDIO_DATA"] = tempfile.mkdtemp(prefix="studio-tests-")
atexit.register(shutil.rmtree, os.environ["STUDIO_DATA"], ignore_errors=True)

from studio.settings import *  # noqa: E402, F403  (the variables above are read while it loads)

if "sqlite" in str(DATABASES["default"]["ENGINE"]):  # noqa: F405
    # A file, as in real life: in memory, connections share a cache and refuse each other instead of waiting.
    DATABASES["default"]["TEST"] = {"NAME": str(STUDIO_DATA / "test.sqlite3")}  # noqa: F405

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True
