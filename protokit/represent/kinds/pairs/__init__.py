"""Kinds whose cells are two numbers each."""
