"""The tables of this app, by subject."""

from __future__ import annotations

from mikomi.hub.capture.models.campaigns import (
    Campaign,
    CampaignAddition,
    CampaignCount,
    CampaignMember,
)
from mikomi.hub.capture.models.documents import Document, DocumentLink, Download
from mikomi.hub.capture.models.forms import (
    ConsentWording,
    Form,
    FormMail,
    FormVersion,
    PitchPhrase,
    Submission,
)
from mikomi.hub.capture.models.networks import (
    AddressGuess,
    Network,
    NetworkSettings,
    VisitingCompany,
)
from mikomi.hub.capture.models.pages import SeenPage
from mikomi.hub.capture.models.seminars import Application, Seminar
from mikomi.hub.capture.models.sources import AsideEntry, JournalCursor, RefusedCount, SeenMessage, Source
from mikomi.hub.capture.models.touches import Touch
from mikomi.hub.capture.models.visitors import Linking, PrivacySettings, TokenUse, Visitor

__all__ = [
    "AddressGuess",
    "Application",
    "AsideEntry",
    "Campaign",
    "CampaignAddition",
    "CampaignCount",
    "CampaignMember",
    "ConsentWording",
    "Document",
    "DocumentLink",
    "Download",
    "Form",
    "FormMail",
    "FormVersion",
    "JournalCursor",
    "Linking",
    "Network",
    "NetworkSettings",
    "PitchPhrase",
    "PrivacySettings",
    "RefusedCount",
    "SeenMessage",
    "SeenPage",
    "Seminar",
    "Source",
    "Submission",
    "TokenUse",
    "Touch",
    "VisitingCompany",
    "Visitor",
]
