"""In which features are failures of samples seen? Real images, failures put in by hand, on several data.

    python -m benchmarks.features [--only DATA]… [--seeds N] [--place FOLDER]

The watch measures samples in principal components of pixels. Here its measures are taken in other features
too, of the same images, beside what each takes to build and to check.
"""
