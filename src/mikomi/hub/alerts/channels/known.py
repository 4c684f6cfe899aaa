"""The kinds of channels there are."""

from __future__ import annotations

from collections.abc import Mapping

from mikomi.hub.alerts.channels.chatwork import CHATWORK
from mikomi.hub.alerts.channels.kind import Kind
from mikomi.hub.alerts.channels.mail import MAIL
from mikomi.hub.alerts.channels.slack import SLACK
from mikomi.hub.alerts.channels.teams import TEAMS
from mikomi.hub.alerts.channels.webhook import WEBHOOK

KINDS: Mapping[str, Kind] = {kind.key: kind for kind in (MAIL, SLACK, TEAMS, CHATWORK, WEBHOOK)}
