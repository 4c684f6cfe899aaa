"""The web application for a WSGI server; the data folder is `MIKOMI_DATA`."""

from __future__ import annotations

import os

from django.core.handlers.wsgi import WSGIHandler

from mikomi.hub.kit import environment
from mikomi.hub.kit.boot import boot
from mikomi.hub.kit.warming import warm_beside

boot(environment.data_folder(os.environ))
application = WSGIHandler()
warm_beside()
