"""Brands: manifests, identification, association, templates, the plugin folder."""
