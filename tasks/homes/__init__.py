"""Homes on several hosts: who owns each, its deployments, and its move to another."""
