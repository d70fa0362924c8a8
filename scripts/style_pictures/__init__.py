"""Pictures for neural style transfer, painted and rendered with NumPy and Pillow."""
