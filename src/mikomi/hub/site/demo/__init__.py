"""Demo data: a Japanese maker of 生産管理 SaaS, its leads and a year of what they did."""

from __future__ import annotations

from mikomi.hub.site.demo.files import MODEL_FILE, DemoFiles, flat_leads, write_files
from mikomi.hub.site.demo.generate import SEED, TIMEZONE, DemoData, generate

__all__ = ["MODEL_FILE", "SEED", "TIMEZONE", "DemoData", "DemoFiles", "flat_leads", "generate", "write_files"]
