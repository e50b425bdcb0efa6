"""Order reports from files: exports of a console, read by a mapping into the rows that its connector knows."""
