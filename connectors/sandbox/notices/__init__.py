"""Notices as Rakuten sends them: XML by POST, repeated until each is taken."""
