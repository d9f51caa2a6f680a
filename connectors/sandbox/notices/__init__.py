"""Notices as Rakuten sends them: XML by POST, again and again until one is taken."""
