"""Convene on Kubernetes: kustomize's base and overlays, and what checks them (docs/kubernetes.md)."""
