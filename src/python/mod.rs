//! What the Python packaging standards say, read once for all floors above: names (PEP 503), requirements, RECORD.
