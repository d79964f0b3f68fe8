"""Derives a host's own tag rules from a policy, and compares them with those that the host has.

It is pure: it gets a policy and what a host's API printed, and returns requests to that API.
"""
