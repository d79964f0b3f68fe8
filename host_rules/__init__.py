"""Derives a host's own tag rules from a policy, and compares them with those that the host has.

Pure: a policy, and what a host's API says, go in; requests to that API come out.
"""
