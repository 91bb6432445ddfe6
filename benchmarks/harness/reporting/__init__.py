"""From records to words and pictures.

Owns wording, layout and drawing. Reads records and computes nothing that is not in them; runs nothing and knows neither
pytest's configuration nor where its output goes.
"""
