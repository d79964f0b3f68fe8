"""Measures the budgets of docs/performance.md: `python -m bench`, from the project's folder."""
