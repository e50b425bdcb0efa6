"""Figures and explanations for shopkeepers and operators."""
