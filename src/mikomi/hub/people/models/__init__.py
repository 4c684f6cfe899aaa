"""The tables of this app, by subject."""

from __future__ import annotations

from mikomi.hub.people.models.deals import Deal, DealVersion
from mikomi.hub.people.models.imports import FileForm, Import, ImportedSubject
from mikomi.hub.people.models.known import (
    Batch,
    Change,
    Company,
    CompanyAlias,
    Derivation,
    Field,
    Lead,
    Scope,
)
from mikomi.hub.people.models.labels import Attachment, LeadList, LeadTag, ListMember, Note, PastLabel, Tag
from mikomi.hub.people.models.same import CompanyMerge, CompanyPair, DuplicatePair, Exclusion, Merge

__all__ = [
    "Attachment",
    "Batch",
    "Change",
    "Company",
    "CompanyAlias",
    "CompanyMerge",
    "CompanyPair",
    "Deal",
    "DealVersion",
    "Derivation",
    "DuplicatePair",
    "Exclusion",
    "Field",
    "FileForm",
    "Import",
    "ImportedSubject",
    "Lead",
    "LeadList",
    "LeadTag",
    "ListMember",
    "Merge",
    "Note",
    "PastLabel",
    "Scope",
    "Tag",
]
