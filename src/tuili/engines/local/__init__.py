"""Any causal language model of transformers, run here in batches that rows join and leave at every step.

Samples of one path that have drawn the same tokens so far are one row: what they have in common goes through the model
once. Each of them is charged for its own tokens all the same, so that no cost depends on how alike they happened to be.

What was left out of the large servers' designs: paged attention (a row's keys and values are one contiguous run),
a radix tree of prefixes (prefixes are found by exact match at the boundaries that a path has), and CUDA graphs.
"""
