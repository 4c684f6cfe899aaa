"""The built assets as django-vite reads them, read again when they were built anew."""

from __future__ import annotations

from django_vite.core.asset_loader import DjangoViteAppClient, ManifestClient, ManifestEntry
from django_vite.core.exceptions import DjangoViteManifestError


class FreshManifest(ManifestClient):
    """A manifest that notices a build.

    Plain django-vite reads it once, when Django starts, which is too early where the first start
    builds the assets.
    """

    _read_at: int | None = None

    def get(self, path: str) -> ManifestEntry:
        """The entry named `path`; raises `DjangoViteAssetNotFoundError` where there is none (yet)."""
        try:
            written = self.manifest_path.stat().st_mtime_ns
        except FileNotFoundError:
            return super().get(path)
        if written != self._read_at:
            try:
                self._entries, self.legacy_polyfills_entry = self._parse_manifest()
            except DjangoViteManifestError:
                return super().get(path)
            self._read_at = written
        return super().get(path)


class FreshClient(DjangoViteAppClient):
    """The `app_client_class` of the settings."""

    ManifestClient = FreshManifest
