"""What fills the demo: shops, goods, and a month of simulated business."""
