"""Mail addresses and web addresses as people write them, mended where it is plain what was meant."""

from __future__ import annotations

import polars as pl

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{1,59}})"
_MAIL = rf"^{_ATOM}(?:\.{_ATOM})*@{_DOMAIN}$"
# These carriers once gave out addresses with dots side by side or before the @; they still are in use.
_ODD_MAIL = rf"^{_ATOM}[.a-z0-9!#$%&'*+/=?^_`{{|}}~-]*@(?:docomo|ezweb)\.ne\.jp$"
_UNSEEN = r"[\x{200b}-\x{200f}\x{2060}\x{feff}\x{ad}]"

_APART = r"\s/?#@:\[\]\\<>\"'"
_NAMED = rf"(?:[^{_APART}]+\.)+[^{_APART}.\d][^{_APART}.]+"
_HOST = rf"localhost|(?:\d{{1,3}}\.){{3}}\d{{1,3}}|{_NAMED}"
_URL = rf"^(?:(?i)(https?)://)?({_HOST})(:\d{{1,5}})?([/?#][^\s<>\"]*)?$"

LONGEST_URL = 2000


def read_mails(texts: pl.Series) -> pl.Series:
    """Mail addresses, in lower case; null where the text holds none, or more than one.

    A practical subset of RFC 5321 and 5322: dot-atoms, no quoted local parts, no address literals, a domain
    of two labels or more in ASCII, 64 octets before the @, 254 in all. Mended: full-width letters,
    `mailto:`, a name before `<…>`, white space and marks around it, 。 for a dot in the domain.
    """
    text = pl.col("text").str.normalize("NFKC").str.replace_all(_UNSEEN, "").str.to_lowercase()
    text = text.str.replace(r"^[^<>]*<([^<>]*)>\s*$", "${1}").str.replace(r"^\s*mailto:", "")
    text = text.str.strip_chars(" \t\r\n　.,;、。<>()\"'").str.replace_all(r"\s*@\s*", "@")
    for _ in range(3):
        text = text.str.replace(r"(@.*)[。｡]", "${1}.")
    fits = (
        (text.str.contains(_MAIL) | text.str.contains(_ODD_MAIL))
        & (text.str.len_bytes() <= 254)
        & (text.str.find("@", literal=True) <= 64)
    )
    return texts.alias("text").to_frame().select(pl.when(fits).then(text).alias("text"))["text"]


def holds_several_mails(texts: pl.Series) -> pl.Series:
    """Whether a text holds more than one @, as lists of addresses do."""
    return texts.str.normalize("NFKC").str.count_matches("@", literal=True) > 1


def read_urls(texts: pl.Series) -> pl.Series:
    """Web addresses with their scheme, the host in lower case; null where the text is none.

    http and https alone, without a user or a password in them, 2,000 characters at most. A text
    without a scheme that begins with a host (`www.example.jp/a`) gets https. Full-width letters are mended.
    """
    text = pl.col("text").str.replace_all(_UNSEEN, "").str.strip_chars(" \t\r\n　<>\"'")
    wide = text.str.contains("^[！-～]")
    text = pl.when(wide).then(text.str.normalize("NFKC")).otherwise(text)
    parts = text.str.extract_groups(_URL)
    scheme = parts.struct.field("1").str.to_lowercase().fill_null("https")
    host = parts.struct.field("2").str.to_lowercase()
    port, rest = parts.struct.field("3").fill_null(""), parts.struct.field("4").fill_null("")
    port_fits = port.str.slice(1).cast(pl.UInt32, strict=False).fill_null(80).is_between(1, 65535)
    fits = (
        port_fits & host.is_not_null() & (text.str.len_chars() <= LONGEST_URL) & ~host.str.contains(r"\.\.")
    )
    # A host without a scheme and a path may be a file name or a sentence with a full stop.
    bare = parts.struct.field("1").is_null() & ~host.str.contains(rf"^{_DOMAIN}$")
    url = pl.concat_str(scheme, pl.lit("://"), host, port, rest)
    return texts.alias("text").to_frame().select(pl.when(fits & ~bare).then(url).alias("text"))["text"]
