"""What tests share: real runs, recorded runs, the driven dashboard, a real terminal."""
