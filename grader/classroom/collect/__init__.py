"""Collects what was handed in: from folders, archives, downloads of learning platforms, repositories."""
