"""Order reports and order lines with their states; windowed sync."""
