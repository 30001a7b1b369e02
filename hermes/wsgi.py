"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from hermes.charsets import Utf8Only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hermes.settings")

application = Utf8Only(get_wsgi_application())
