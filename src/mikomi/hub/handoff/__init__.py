"""Handing leads over to sales: who works on which company until when, and what came of it."""
